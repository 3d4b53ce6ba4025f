import SwiftParser
import SwiftSyntax

extension DeclGroupSyntax {
    /// The keys that an enum inside of the type gives to names; nil if there is none of that name.
    ///
    /// Reports a declaration of the name that does not tell its keys here.
    func codingKeys(_ name: String, problems: inout Problems) -> [String: String]? {
        guard let elements = codingKeyElements(name, problems: &problems) else { return nil }
        let pairs = elements.map { element in
            (element.bareName, element.rawValue?.value.as(StringLiteralExprSyntax.self)?.representedLiteralValue ?? element.bareName)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The cases of the enum of that name.
    func codingKeyElements(_ name: String, problems: inout Problems) -> [EnumCaseElementSyntax]? {
        let known = memberBlock.members.inAnyBuild.first { $0.asProtocol((any NamedDeclSyntax).self)?.name.text == name }
        guard let known else { return nil }
        let choice = known.as(EnumDeclSyntax.self)
        if let choice, choice.tellsKeys, memberBlock.members.contains(where: { $0.decl.id == known.id }) {
            return choice.memberBlock.members.compactMap { $0.decl.as(EnumCaseDeclSyntax.self) }.flatMap(\.elements)
        }
        problems.report(
            "a macro reads '\(name)' only as an enum whose cases and raw values stand here, in every build: write it so", at: known)
        return nil
    }
}

extension EnumCaseElementSyntax {
    /// The name without backticks.
    var bareName: String { name.text.filter { $0 != "`" } }
}

extension EnumDeclSyntax {
    /// True if the cases alone say the keys.
    fileprivate var tellsKeys: Bool {
        memberBlock.members.allSatisfy { !$0.decl.is(IfConfigDeclSyntax.self) } && !declaresVariable("stringValue")
    }
}
