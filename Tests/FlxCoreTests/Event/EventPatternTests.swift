import FlxCore
import Testing

@Suite("Patterns")
struct EventPatternTests {
    /// The definition, word for word, without a thought for its cost.
    private func matches(_ pattern: ArraySlice<[UInt8]>, _ name: ArraySlice<[UInt8]>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        switch first {
        case Array("#".utf8): return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
        case Array("*".utf8): return !name.isEmpty && matches(pattern.dropFirst(), name.dropFirst())
        default: return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
        }
    }

    private func segments(_ text: String) -> ArraySlice<[UInt8]> {
        Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)[...]
    }

    @Test("random patterns match what the definition says")
    func agreesWithTheDefinition() throws {
        var random = SeededRandom.printed()
        let words = ["a", "b", "aa", "", "é", "e\u{301}", "\u{301}a"]
        func text(_ words: [String], upTo count: Int) -> String {
            (0...Int.random(in: 0..<count, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: ".")
        }
        var found = 0
        for _ in 1...20_000 {
            let (pattern, name) = (text(words + ["*", "#", "#", "*"], upTo: 6), text(words, upTo: 7))
            guard !pattern.isEmpty, !name.isEmpty else { continue }
            let expected = pattern == "*" || matches(segments(pattern), segments(name))
            #expect(try EventPattern(pattern).matches(EventType(name)) == expected, "\(pattern) on \(name)")
            found += expected ? 1 : 0
        }
        #expect(found > 1000)
    }

    @Test("the examples of the documentation")
    func examples() {
        let pattern: EventPattern = "pipeline.*"
        #expect(pattern.matches("pipeline.created") && !pattern.matches("pipeline.step.added") && !pattern.matches("pipeline"))
        let deep: EventPattern = "pipeline.#"
        #expect(deep.matches("pipeline.created") && deep.matches("pipeline.step.added") && deep.matches("pipeline"))
        for all in [EventPattern.all, "*"] { #expect(all.matches("a") && all.matches("a.b.c") && all.matches("a..b")) }
        #expect(!EventPattern("*.b").matches("b") && EventPattern("*.b").matches("a.b"))
        #expect(EventPattern("a.*").matches("a.") && !EventPattern("a.#b").matches("a.b"))
    }

    @Test("a pattern of one type matches that type alone, whatever characters it has")
    func literal() throws {
        for text in ["a.b", "a.*", "#", "*", "e\u{301}"] {
            let pattern = EventPattern(try EventType(text))
            #expect(pattern.isLiteral)
            #expect(pattern.matches(try EventType(text)))
            #expect(!pattern.matches("a.x") && !pattern.matches("é"))
        }
        #expect(EventPattern("a.*" as EventType) != "a.*")
        #expect(EventPattern("a.b" as EventType) == "a.b")
        #expect(EventPattern("a.b").isLiteral && !EventPattern("a.*").isLiteral)
    }

    @Test("many wildcards cost little")
    func isBounded() throws {
        let pattern = try EventPattern(Array(repeating: "#.a", count: 60).joined(separator: ".") + ".b")
        let name = try EventType(Array(repeating: "a", count: 128).joined(separator: "."))
        #expect(!pattern.matches(name))
    }
}
