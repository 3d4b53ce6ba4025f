import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct FlxMacrosPlugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = []
}
