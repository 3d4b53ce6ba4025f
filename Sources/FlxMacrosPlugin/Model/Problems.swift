import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// The faults of a use of a macro, collected while its declaration is read.
struct Problems {
    private(set) var diagnostics: [Diagnostic] = []

    /// Notes an error at a node, with changes that would mend it.
    mutating func report(_ message: String, at node: some SyntaxProtocol, fixes: [FixIt] = []) {
        diagnostics.append(Diagnostic(node: node, message: Message(message), fixIts: fixes))
    }

    /// Shows everything to the user.
    func emit(in context: some MacroExpansionContext) {
        for diagnostic in diagnostics { context.diagnose(diagnostic) }
    }
}

/// The text of an error or of a fix.
struct Message: DiagnosticMessage, FixItMessage {
    let message: String
    let severity = DiagnosticSeverity.error

    init(_ message: String) {
        self.message = message
    }

    var diagnosticID: MessageID { MessageID(domain: "FlxMacros", id: message) }
    var fixItID: MessageID { diagnosticID }
}

extension FixIt {
    /// Puts one node in the place of another.
    static func replace(_ message: String, _ old: some SyntaxProtocol, with new: some SyntaxProtocol) -> FixIt {
        FixIt(message: Message(message), changes: [.replace(oldNode: Syntax(old), newNode: Syntax(new))])
    }
}
