import FlxCore
import Foundation
import Testing

/// Texts with a few bytes changed: every way into a text says the same about each, and none traps.
///
/// The corpus holds small texts that reach far into the readers, and what fuzzing found.
@Suite("Mutated texts")
struct MutationTests {
    static func corpus() throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.map { Array(try Data(contentsOf: folder.appendingPathComponent($0))) }
    }

    /// What the ways into a text say about it; nil if they agree.
    static func disagreement(_ bytes: [UInt8], _ ways: [JSONParsingSuiteTests.Way] = JSONParsingSuiteTests.Way.allCases) -> String? {
        let verdicts = ways.map { way in (try? way.read(bytes, .allowed)) != nil }
        guard Set(verdicts).count == 1 else { return "\(zip(ways, verdicts).map { "\($0) \($1)" })" }
        let strict = (try? JSONParsingSuiteTests.Way.skip.read(bytes, .refused)) != nil
        if strict, !verdicts[0] { return "duplicates refused, and yet more accepted" }
        guard verdicts[0] else { return nil }
        return changed(bytes)
    }

    /// What is lost when an accepted text is copied, or read and written.
    private static func changed(_ bytes: [UInt8]) -> String? {
        do {
            var reader = try JSONReader(bytes.span, duplicates: .allowed)
            let copy = try reader.copyValue()
            let value = try EventValue(json: bytes, duplicates: .allowed)
            let written = try value.json()
            if try EventValue(json: copy, duplicates: .allowed) != value { return "the copy says something else" }
            if try EventValue(json: written) != value { return "written, it says something else" }
            return nil
        } catch { return "\(error)" }
    }

    private static let marks = Array(#"{}[]",:\ue0-+.1tfn "#.utf8)

    static func mutate(_ text: [UInt8], _ random: inout SeededRandom, _ other: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...random.next() % 4 {
            let place = text.isEmpty ? 0 : Int(random.next() % UInt64(text.count))
            switch random.next() % 6 {
            case 0 where !text.isEmpty: text[place] = UInt8(truncatingIfNeeded: random.next())
            case 1 where !text.isEmpty: text[place] ^= 1 << UInt8(random.next() % 8)
            case 2: text.insert(Self.marks[Int(random.next() % UInt64(Self.marks.count))], at: place)
            case 3 where !text.isEmpty: text.remove(at: place)
            case 4: text.removeLast(min(text.count, Int(random.next() % 8)))
            default:
                let start = other.isEmpty ? 0 : Int(random.next() % UInt64(other.count))
                text.insert(contentsOf: other[start..<min(other.count, start + Int(random.next() % 16))], at: place)
            }
        }
        return text
    }

    @Test("The corpus and 30,000 mutations of it")
    func mutations() throws {
        let corpus = try Self.corpus()
        #expect(corpus.count > 10)
        for text in corpus { #expect(Self.disagreement(text) == nil, "\(String(decoding: text, as: UTF8.self))") }
        var random = SeededRandom.printed()
        for round in 0..<30_000 {
            let text = Self.mutate(corpus[round % corpus.count], &random, corpus[Int(random.next() % UInt64(corpus.count))])
            let problem = Self.disagreement(text)
            if let problem { Issue.record("\(problem): \(String(decoding: text, as: UTF8.self).debugDescription)") }
        }
    }

    /// A reader that forgets to ask for the end of the text.
    private static func loose(_ bytes: [UInt8]) -> Bool {
        do {
            var reader = try JSONReader(bytes.span)
            try reader.skipValue()
            return true
        } catch { return false }
    }

    @Test("A way that accepts too much does not agree with the others")
    func planted() {
        let ways = JSONParsingSuiteTests.Way.allCases
        for (text, agrees) in [("[1] x", false), ("[1]", true), ("[1", true), ("[1]]", false)] {
            let bytes = Array(text.utf8)
            let verdict = ways.map { (try? $0.read(bytes, .allowed)) != nil }
            #expect(Set(verdict).count == 1)
            #expect((verdict[0] == Self.loose(bytes)) == agrees, "\(text)")
        }
    }
}
