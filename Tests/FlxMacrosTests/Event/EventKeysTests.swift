import FlxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// The same struct as `Codable` alone writes it, and as the macro does.
private enum Post {
    struct Plain: Codable {
        var id: Int
        var sender: String?
        var trace = 0
        var `default` = true

        enum CodingKeys: String, CodingKey {
            case id = "letter-id"
            case sender, `default`
        }
    }

    @Event("post.sent")
    fileprivate struct Sent: Codable, Equatable {
        var id: Int
        var sender: String?
        var trace = 0
        var `default` = true

        enum CodingKeys: String, CodingKey {
            case id = "letter-id"
            case sender, `default`
        }
    }

    fileprivate static let kind: EventCategory = .created

    @Event("post.kind", category: kind)
    fileprivate struct Kind {}
}

@Suite struct EventKeysTests {
    private static let wrong =
        "a macro reads 'CodingKeys' only as an enum whose cases and raw values stand here, in every build: write it so"

    @Test func `CodingKeys say the keys, as they do for Codable`() throws {
        let plain = try written(Post.Plain(id: 7, sender: "me", trace: 3))
        let sent = Post.Sent(id: 7, sender: "me", trace: 3)
        #expect(try EventValue(json: sent.json()) == plain)
        #expect(try Post.Sent(json: plain.json()) == Post.Sent(id: 7, sender: "me"))
        #expect(Post.Sent.schema?["required"] == ["letter-id"])
        #expect(Post.Sent.schema?["properties"]?["trace"] == nil)
        let error = #expect(throws: FlxError.self) { try Post.Sent(json: Array(#"{"id":7}"#.utf8)) }
        #expect(error?.message.contains("'letter-id'") == true)
    }

    @Test func `a category may be named that stands around the event`() {
        #expect(Post.Kind.category == .created)
    }

    @Test(arguments: [
        "struct CodingKeys: CodingKey {}", "typealias CodingKeys = Keys",
        "enum CodingKeys: CodingKey {\n        var stringValue: String {\n            \"a\"\n        }\n    }",
    ])
    func `keys that are not in sight are refused`(keys: String) {
        expectRefusal(
            of: "@Event(\"a\")\nstruct A {\n    var a: Int\n    \(keys)\n}", DiagnosticSpec(message: Self.wrong, line: 4, column: 5))
        expectRefusal(
            of: "@Schema\nstruct A {\n    var a: Int\n    \(keys)\n}", DiagnosticSpec(message: Self.wrong, line: 4, column: 5))
    }

    @Test func `keys that are not in every build are refused`() {
        let keys = "#if DEBUG\n    enum CodingKeys: CodingKey {\n        case a\n    }\n    #endif"
        expectRefusal(
            of: "@Event(\"a\")\nstruct A {\n    var a: Int\n    \(keys)\n}",
            DiagnosticSpec(message: Self.wrong, line: 5, column: 5))
    }

    @Test func `keys and properties fit each other`() {
        expectRefusal(
            of: """
                @Event("a", keys: .snakeCase)
                struct A {
                    var left: Int
                    var right: Int = 0
                    let fixed = 5
                    enum CodingKeys: String, CodingKey {
                        case right, fixed
                    }
                }
                """,
            DiagnosticSpec(message: "'CodingKeys' says the keys of this event already: take 'keys' away, or the enum", line: 1, column: 19),
            DiagnosticSpec(
                message: "'left' is not among the 'CodingKeys' and has no initial value: give it one of the two", line: 3, column: 9),
            DiagnosticSpec(message: "'fixed' is no property of the payload: take the case away", line: 7, column: 21))
    }
}
