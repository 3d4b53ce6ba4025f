import FlxCore
import Foundation
import Testing

/// Texts of foreign events with a few bytes changed. The corpus holds texts that reach far into the readers, and what fuzzing found; the
/// name of a file begins with the form of its text.
@Suite struct RoundTripTests {
    private static func corpus() throws -> [(form: RoundTrip, name: String, bytes: [UInt8])] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            let form = try #require(RoundTrip.allCases.first { name.hasPrefix($0.rawValue) }, "\(name) begins with no form")
            return (form, name, Array(try Data(contentsOf: folder.appendingPathComponent(name))))
        }
    }

    @Test func theCorpusComesBack() throws {
        for (form, name, bytes) in try Self.corpus() {
            for other in RoundTrip.allCases { #expect(other.fault(bytes) == nil, "\(name) as \(other)") }
            if !name.contains("-found-") { #expect(throws: Never.self, "\(name)") { try form.read(bytes) } }
        }
    }

    @Test func mutationsComeBackOrAreRefused() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = WireRandom(seed: seed)
        let corpus = try Self.corpus()
        for round in 0..<8_000 {
            let (form, name, bytes) = corpus[round % corpus.count]
            let text = random.mutated(bytes)
            let fault = form.fault(text)
            if let fault { Issue.record("\(name), seed \(seed): \(fault): \(String(decoding: text, as: UTF8.self).debugDescription)") }
        }
    }
}
