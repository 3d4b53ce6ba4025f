import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct FlxMacrosPlugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [EventMacro.self, ProjectionMacro.self, EventHandlersMacro.self, HandlesMacro.self]
}
