import SwiftParser
import SwiftSyntax

/// Arguments that a macro must be able to read where they stand.
enum Literals {
    /// A name; nil if there is none or it is bad.
    static func name(_ value: ExprSyntax, of thing: String, limit: Int = 256, problems: inout Problems) -> String? {
        if value.is(NilLiteralExprSyntax.self) { return nil }
        guard let text = value.as(StringLiteralExprSyntax.self)?.representedLiteralValue else {
            problems.report("the name of \(thing) must be a plain string literal: it is read when the program is compiled", at: value)
            return nil
        }
        guard let fault = fault(of: text, limit: limit) else { return text }
        problems.report("the name of \(thing) \(fault)", at: value)
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

    /// The rule that the library has for names, told when the program is compiled.
    private static func fault(of name: String, limit: Int) -> String? {
        let bytes = name.utf8
        if bytes.isEmpty { return "must not be empty" }
        if bytes.count > limit { return "has \(bytes.count) bytes: the limit is \(limit)" }
        return bytes.first { $0 < 0x20 || $0 == 0x7F }.map { "must not contain the control character with code \($0)" }
    }
}
