import FlxCore
import Testing

@Suite("Names")
struct NamesTests {
    @Test("names have 1 to 256 bytes", arguments: ["a", " ", "a.b", "ü", "日本", String(repeating: "x", count: 256)])
    func accepts(_ text: String) throws {
        #expect(try EventType(text).description == text)
        #expect(try StreamName(text).description == text)
        #expect(try Tag(text).description == text)
        #expect(try EventID(text).description == text)
    }

    @Test("the limit counts bytes, not characters")
    func countsBytes() throws {
        _ = try StreamName(String(repeating: "é", count: 128))
        let error = #expect(throws: FlxError.self) { try StreamName(String(repeating: "é", count: 129)) }
        #expect(error?.code == .limitExceeded)
        #expect(
            error?.message.contains("258") == true && error?.message.contains("256") == true && error?.message.contains("stream") == true)
    }

    @Test(
        "control characters are refused, those of one byte and those of two",
        arguments: ["", "\u{0}", "a\nb", "a\u{1B}[31m", "\u{7F}", "a\u{80}", "a\u{9B}31m", "\u{9F}"])
    func refuses(_ text: String) {
        #expect(throws: FlxError.self) { try EventType(text) }
        #expect(throws: FlxError.self) { try StreamName(text) }
        #expect(throws: FlxError.self) { try Tag(text) }
        #expect(throws: FlxError.self) { try EventID(text) }
        #expect(throws: FlxError.self) { try EventPattern(text) }
        #expect(throws: FlxError.self) { try BrokerQueue(text, of: "#") }
    }

    @Test("what only looks like a control character is taken")
    func takesNeighbours() throws {
        for text in ["\u{A0}", "\u{C2}", "Â", "\u{2028}", "\u{FEFF}"] { #expect(try EventType(text).description == text) }
    }

    @Test("a tag has no comma, since tags are written in one list")
    func tagsHaveNoComma() throws {
        let text = "a,b"
        #expect(throws: FlxError.self) { try Tag(text) }
        #expect(try StreamName(text).description == text)
    }

    @Test("names are equal when their bytes are, and stand in the order of their bytes")
    func comparesBytes() throws {
        let spellings = [("é", "e\u{301}"), ("s\u{323}\u{307}", "s\u{307}\u{323}"), ("Å", "\u{212B}")]
        for (first, second) in spellings {
            #expect(first == second)
            #expect(try StreamName(first) != StreamName(second) && EventType(first) != EventType(second))
            #expect(try Tag(first) != Tag(second) && EventID(first) != EventID(second))
            #expect(try Set([StreamName(first), StreamName(second)]).count == 2)
            #expect(try EventPattern(first) != EventPattern(second) && !EventPattern(first).matches(EventType(second)))
        }
        #expect(try StreamName(spellings[0].1) < StreamName(spellings[0].0))
        let texts = ["", "a", "ab", "b", "~", "é", "\u{FFFD}", "\u{10000}", "\u{10FFFD}", "Z", "e\u{301}"].dropFirst()
        let sorted = try texts.map { try StreamName($0) }.sorted().map(\.description)
        #expect(sorted == texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test("extension names have lower-case letters and digits, and none of the specification's own")
    func extensionNames() throws {
        #expect(ExtensionName("abc123").description == "abc123")
        for text in [
            "", "Abc", "a-b", "a_b", "ä", "id", "source", "specversion", "type", "time", "subject", "data", "data_base64",
            "datacontenttype",
        ] {
            #expect(throws: FlxError.self) { try ExtensionName(text) }
        }
        #expect(throws: FlxError.self) { try ExtensionName(String(repeating: "x", count: 257)) }
    }

    @Test("positions and versions are 0 or more")
    func numbers() throws {
        // With a literal inside, `Position(-1)` would be the literal, which traps.
        for number in [Int64.min, -1] {
            #expect(throws: FlxError.self) { try Position(number) }
            #expect(throws: FlxError.self) { try Version(number) }
        }
        for number in [0, 1, Int64.max] {
            #expect(try Position(number).value == number && Version(number).value == number)
        }
        #expect(Position.start < 1 && Position(integerLiteral: 1) < .end)
    }

    @Test("names that look alike have hashes of their own, so that tables of them stay quick")
    func hashesBytes() throws {
        func check<Name: Hashable>(_ make: (String) throws -> Name) rethrows {
            let names = try ["\u{323}\u{307}", "\u{307}\u{323}", "\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}", "A\u{30A}"].map(make)
            #expect(Set(names.map(\.hashValue)).count == names.count, "\(Name.self)")
        }
        try check { try EventType($0) }
        try check { try StreamName($0) }
        try check { try Tag($0) }
        try check { try EventID($0) }
        try check { try EventPattern($0) }
        try check { EventPattern(try EventType($0)) }
    }
}
