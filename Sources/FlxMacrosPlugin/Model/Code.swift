import SwiftSyntax
import SwiftSyntaxBuilder

/// Statements under one another.
func lines(_ statements: [String]) -> String { statements.joined(separator: "\n") }

/// A text as a string literal.
func literal(_ text: String) -> String { StringLiteralExprSyntax(content: text).description }

/// The constant by which the program finds a type: the linker gathers all of them in one section.
enum DiscoveryRecord {
    /// A constant that registers what the expression says.
    static func code(registering expression: String) -> String {
        """
        #if objectFormat(MachO)
        @section("__DATA,flx_records")
        #else
        @section("flx_records")
        #endif
        @used private static let discoveryRecord: FlxMacros.DiscoveryRecord = {
            $0.register(\(expression))
        }
        """
    }
}
