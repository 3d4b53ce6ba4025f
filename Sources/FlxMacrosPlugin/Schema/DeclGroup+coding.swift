import SwiftSyntax

extension DeclGroupSyntax {
    /// Reports a method by which the type writes itself, since a macro cannot see what that writes.
    func checkEncoding(problems: inout Problems) {
        for function in memberBlock.members.compactMap({ $0.decl.as(FunctionDeclSyntax.self) }) {
            let parameters = function.signature.parameterClause.parameters
            guard ["encode", "write"].contains(function.name.text), parameters.count == 1, parameters.first?.firstName.text == "to" else {
                continue
            }
            problems.report(
                "a macro cannot see what '\(function.name.text)(to:)' writes: conform to 'SchemaDescribed' by hand, without @Schema",
                at: function.name)
        }
    }
}
