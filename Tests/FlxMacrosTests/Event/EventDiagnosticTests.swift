import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct EventDiagnosticTests {
    private static let structNeeded = "@Event needs a struct: an event is a value that never changes"

    @Test func `a class is refused, and can be made a struct`() {
        expectRefusal(
            of: "@Event(\"a\")\nfinal class A {}",
            DiagnosticSpec(message: Self.structNeeded, line: 2, column: 7, fixIts: [FixItSpec(message: "make it a struct")]),
            fixed: "@Event(\"a\")\nstruct A {}")
    }

    @Test(arguments: ["enum", "actor", "protocol", "extension"])
    func `what else is no struct is refused`(keyword: String) {
        expectRefusal(of: "@Event(\"a\")\n\(keyword) A {}", DiagnosticSpec(message: Self.structNeeded, line: 2, column: 1))
    }

    @Test func `a generic struct is refused`() {
        expectRefusal(
            of: "@Event(\"a\")\nstruct A<T> {}",
            DiagnosticSpec(message: "@Event cannot stand on a generic struct: one name stands for one type", line: 2, column: 9))
    }

    @Test func `a private event inside of a type is refused`() {
        expectExpansion(
            of: """
                enum Outer {
                    @Event("a")
                    private struct A {}
                }
                """,
            to: """
                enum Outer {
                    private struct A {}
                }
                """,
            diagnostics: [
                DiagnosticSpec(
                    message: "a private type inside of another cannot have its conformance outside", line: 3, column: 5,
                    fixIts: [FixItSpec(message: "make it fileprivate")])
            ],
            fixed: """
                enum Outer {
                    @Event("a")
                    fileprivate struct A {}
                }
                """)
    }

    @Test func `an event inside of a function or of a generic type is refused`() {
        expectExpansion(
            of: """
                func f() {
                    @Event("a")
                    struct A {}
                }
                extension Outer {
                    struct Box<T> {
                        @Event("a") public struct A {}
                    }
                }
                """,
            to: """
                func f() {
                    struct A {}
                }
                extension Outer {
                    struct Box<T> {
                        public struct A {}
                    }
                }
                """,
            diagnostics: [
                DiagnosticSpec(
                    message: "a type inside of a function cannot have its conformance outside: move the type out", line: 3, column: 5),
                DiagnosticSpec(
                    message: "a type inside of a generic type has no name of its own: move the type out", line: 7, column: 28),
            ])
    }

    @Test func `a property without a type is refused`() {
        expectRefusal(
            of: """
                @Event("a")
                struct A {
                    var id = UUID()
                }
                """,
            DiagnosticSpec(
                message: "'id' needs a type annotation: a macro sees the text of an initial value, not its type", line: 3, column: 9,
                fixIts: [FixItSpec(message: "add a type annotation")]),
            fixed: """
                @Event("a")
                struct A {
                    var id: <#Type#> = UUID()
                }
                """)
    }

    @Test func `properties are declared one by one`() {
        expectRefusal(
            of: """
                @Event("a")
                struct A {
                    var (a, b): (Int, Int) = (1, 2)
                }
                """,
            DiagnosticSpec(message: "an event's properties are declared one by one, not as a tuple", line: 3, column: 9))
    }

    @Test(arguments: [
        ("() -> Void", 13, "a function"),
        ("@Sendable () -> Void", 23, "a function"),
        ("[(Int) -> Void]?", 14, "a function"),
        ("(Int, String)", 13, "a tuple"),
        ("[String: (Int, Int)]", 22, "a tuple"),
        ("any P", 13, "the type 'any P'"),
        ("(any P)?", 14, "the type 'any P'"),
        ("some P", 13, "the type 'some P'"),
        ("Array<Any>", 19, "the type 'Any'"),
        ("A & B", 13, "the type 'A & B'"),
        ("Int.Type", 13, "a metatype"),
    ])
    func `a type that has no JSON form is refused where it stands`(type: String, column: Int, phrase: String) {
        expectRefusal(
            of: """
                @Event("a")
                struct A {
                    var it: \(type)
                }
                """,
            DiagnosticSpec(
                message: "'it' cannot be encoded: \(phrase) has no JSON form; use a type that is JSONCodable or Codable", line: 3,
                column: column))
    }

    @Test func `two properties with one key are refused`() {
        expectRefusal(
            of: """
                @Event("a", keys: .snakeCase)
                struct A {
                    var userID: Int
                    var userId: Int
                }
                """,
            DiagnosticSpec(message: "'userID' and 'userId' have the same key 'user_id': rename one", line: 4, column: 9))
    }

    @Test func `a property that is not in every build is refused`() {
        expectRefusal(
            of: """
                @Event("a")
                struct A {
                    #if DEBUG
                    var trace: Int
                    #endif
                    #if DEBUG
                    static var count = 0
                    #endif
                }
                """,
            DiagnosticSpec(
                message: "a stored property of an event cannot stand under '#if': give it a place in every build", line: 3, column: 5))
    }

    @Test(arguments: [
        ("\"\"", "the name of an event: must not be empty"),
        ("\"a\\tb\"", "the name of an event: must not contain the character with code 9"),
        ("\"\(String(repeating: "é", count: 129))\"", "the name of an event: 258 bytes, the limit is 256"),
        ("\"a\\(b)\"", "the name of an event must be a plain string literal: it is read when the program is compiled"),
        ("name", "the name of an event must be a plain string literal: it is read when the program is compiled"),
    ])
    func `a bad name is refused`(name: String, message: String) {
        expectRefusal(of: "@Event(\(name))\nstruct A {}", DiagnosticSpec(message: message, line: 1, column: 8))
    }

    @Test(arguments: ["0", "-1", "next", "1.5"])
    func `a bad version is refused`(version: String) {
        expectRefusal(
            of: "@Event(version: \(version))\nstruct A {}",
            DiagnosticSpec(message: "the version of an event must be an integer literal of 1 or more", line: 1, column: 17))
    }

    @Test func `keys are said by name`() {
        expectRefusal(
            of: "@Event(keys: style)\nstruct A {}",
            DiagnosticSpec(
                message: "the keys of an event must be '.asWritten' or '.snakeCase', said right here", line: 1, column: 14))
    }

    @Test func `everything wrong is told at once`() {
        expectRefusal(
            of: """
                @Event("", version: 0)
                struct A<T> {
                    var a: Any
                    var b = make()
                }
                """,
            DiagnosticSpec(message: "@Event cannot stand on a generic struct: one name stands for one type", line: 2, column: 9),
            DiagnosticSpec(message: "the name of an event: must not be empty", line: 1, column: 8),
            DiagnosticSpec(message: "the version of an event must be an integer literal of 1 or more", line: 1, column: 21),
            DiagnosticSpec(
                message: "'a' cannot be encoded: the type 'Any' has no JSON form; use a type that is JSONCodable or Codable", line: 3,
                column: 12),
            DiagnosticSpec(
                message: "'b' needs a type annotation: a macro sees the text of an initial value, not its type", line: 4, column: 9,
                fixIts: [FixItSpec(message: "add a type annotation")]))
    }
}
