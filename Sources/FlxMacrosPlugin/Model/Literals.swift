import SwiftParser
import SwiftSyntax

/// Arguments that a macro must be able to read where they stand.
enum Literals {
    /// A name; nil if there is none or it is bad.
    static func name(_ value: ExprSyntax, of thing: String, limit: Int = NameFault.limit, problems: inout Problems) -> String? {
        if value.is(NilLiteralExprSyntax.self) { return nil }
        guard let text = value.as(StringLiteralExprSyntax.self)?.representedLiteralValue else {
            problems.report("the name of \(thing) must be a plain string literal: it is read when the program is compiled", at: value)
            return nil
        }
        guard let fault = NameFault(of: text, limit: limit) else { return text }
        problems.report("the name of \(thing): \(fault.text)", at: value)
        return nil
    }

    /// A version; nil if it is bad.
    static func version(_ value: ExprSyntax, of thing: String, problems: inout Problems) -> Int? {
        guard let number = value.as(IntegerLiteralExprSyntax.self)?.representedLiteralValue, number >= 1 else {
            problems.report("the version of \(thing) must be an integer literal of 1 or more", at: value)
            return nil
        }
        return number
    }
}

extension AttributeSyntax {
    /// Returns true if discovery may find the type, as the argument `discovered` says.
    func wantsDiscovery(problems: inout Problems) -> Bool {
        guard case .argumentList(let arguments) = arguments,
            let value = arguments.first(where: { $0.label?.text == "discovered" })?.expression
        else { return true }
        if let literal = value.as(BooleanLiteralExprSyntax.self)?.literal { return literal.tokenKind == .keyword(.true) }
        problems.report("'discovered' must be 'true' or 'false', said right here: it is read when the program is compiled", at: value)
        return true
    }
}

/// The fault of a name: the rule of `NameRule` in FlxCore and its words, when the program is compiled.
struct NameFault {
    /// The longest name, in bytes of UTF-8.
    static let limit = 256

    /// The fault.
    let text: String

    /// Checks a name; nil if nothing is wrong with it.
    init?(of name: String, limit: Int = limit) {
        let bytes = name.utf8
        if bytes.isEmpty {
            text = "must not be empty"
        } else if bytes.count > limit {
            text = "\(bytes.count) bytes, the limit is \(limit)"
        } else if let byte = bytes.first(where: { $0 < 0x20 || $0 == 0x7F }) {
            text = "must not contain the character with code \(byte)"
        } else if let scalar = name.unicodeScalars.first(where: \.isRefused) {
            text = "must not contain the code point U+\(String(scalar.value, radix: 16, uppercase: true))"
        } else {
            return nil
        }
    }
}

extension Unicode.Scalar {
    /// A control character beyond ASCII, or what Unicode calls a noncharacter.
    fileprivate var isRefused: Bool {
        (0x80...0x9F).contains(value) || (0xFDD0...0xFDEF).contains(value) || value & 0xFFFE == 0xFFFE
    }
}
