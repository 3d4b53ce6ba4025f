import FlxCore
import Foundation
import SharedData
import Testing

@testable import FlxFiles

@Suite struct GzipSourceTests {
    private let folder = TemporaryFolder()

    private func read(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = folder.file("input")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let source = try GzipSource(path)
        var result: [UInt8] = []
        while case let piece = try source.next(), !piece.isEmpty { result += piece }
        #expect(source.part == 1)
        return result
    }

    private let text = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

    @Test func `plain bytes pass as they are`() throws {
        #expect(try read(text) == text)
        #expect(try read([]) == [])
        #expect(try read([0x1F]) == [0x1F])
    }

    @Test func `one member, several, and padding behind them`() throws {
        #expect(try read(Gzip.pack(text)) == text)
        #expect(try read(Gzip.pack(text) + Gzip.pack([]) + Gzip.pack(text)) == text + text)
        #expect(try read(Gzip.pack(text) + [0, 0, 0]) == text)
    }

    @Test(arguments: [5, 200, 1]) func `a stream that was cut off is an error`(_ missing: Int) throws {
        let error = #expect(throws: FlxError.self) { try read(Gzip.pack(text).dropLast(missing)) }
        #expect(error?.code == .malformed && error?.message.contains("cut off") == true)
    }

    @Test func `a damaged stream is an error`() throws {
        var packed = Gzip.pack(text)
        packed[packed.count - 6] ^= 0xFF
        #expect(throws: FlxError.self) { try read(packed) }
        #expect(throws: FlxError.self) { try read(Gzip.pack(text) + [7, 7, 7]) }
    }

    @Test func `a missing file is named`() {
        let error = #expect(throws: FlxError.self) { try GzipSource("/nowhere/at/all") }
        #expect(error?.message.contains("/nowhere/at/all") == true)
    }
}
