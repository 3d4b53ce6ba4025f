import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct FlxMacrosPlugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [
        EventMacro.self, ConstraintMacro.self, SchemaMacro.self, ProjectionMacro.self, EventHandlersMacro.self, HandlesMacro.self,
    ]
}
