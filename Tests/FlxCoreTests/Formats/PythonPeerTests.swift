@testable import FlxCore
import Foundation
import Testing

/// Python's `msgpack` and `cbor2` read what we write, and we read what they write.
///
/// They run where `FLX_PYTHON` names an interpreter that has both.
@Suite("Binary formats beside Python's")
struct PythonPeerTests {
    static let python = ProcessInfo.processInfo.environment["FLX_PYTHON"]

    /// For each line of JSON, ours in MessagePack and ours in CBOR: reads both, compares, and answers with its own.
    private static let script = """
        import sys, json, msgpack, cbor2
        for line in open(sys.argv[1], encoding="utf-8"):
            text, packed, cbor = line.rstrip("\\n").split("\\t")
            value = json.loads(text)
            assert repr(cbor2.loads(bytes.fromhex(cbor))) == repr(value), "cbor " + text
            theirs = ""
            if packed:
                assert repr(msgpack.unpackb(bytes.fromhex(packed), strict_map_key=False)) == repr(value), "msgpack " + text
                theirs = msgpack.packb(value).hex()
            print(theirs + "\\t" + cbor2.dumps(value).hex())
        """

    @Test(
        "600 random values, both ways",
        .enabled(if: python != nil, "left out: FLX_PYTHON names no Python with msgpack and cbor2"))
    func bothWays() async throws {
        var random = SeededRandom.printed()
        var wire = WireRandom(seed: random.next())
        var values: [EventValue] = []
        while values.count < 600 {
            // Python reads a decimal that no Double keeps as the nearest one, and this is not about that.
            let value = try BinaryFormatTests.normal(wire.json())
            if !value.description.contains("1e400"), !value.description.contains("0.1234567890123456789") { values.append(value) }
        }
        var lines = ""
        for value in values {
            let packed = (try? MessagePack.encode(value)).map { hex($0) } ?? ""
            lines += "\(value)\t\(packed)\t\(hex(try CBOR.encode(value)))\n"
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("flx-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (input, output) = (folder.appendingPathComponent("in"), folder.appendingPathComponent("out"))
        try Data(lines.utf8).write(to: input)
        try Data().write(to: output)
        try await run([input.path], writing: output)
        let answers = String(decoding: try Data(contentsOf: output), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        try #require(answers.count == values.count + 1)
        for (value, answer) in zip(values, answers) {
            let parts = answer.split(separator: "\t", omittingEmptySubsequences: false).map { hex(String($0)) }
            #expect(try CBOR.decode(parts[1]) == value)
            if !parts[0].isEmpty { #expect(try MessagePack.decode(parts[0]) == value) }
        }
    }

    private func run(_ arguments: [String], writing output: URL) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = ["-c", Self.script] + arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { done.resume(throwing: error) }
        }
        #expect(status == 0)
    }
}
