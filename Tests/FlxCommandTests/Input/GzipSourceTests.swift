import CZlib
import FlxCore
import Foundation
import Testing

@testable import FlxCommand

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

    /// One gzip member.
    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var input = bytes
        return [UInt8](unsafeUninitializedCapacity: bytes.count + 1000) { buffer, count in
            input.withUnsafeMutableBufferPointer { all in
                stream.next_in = all.baseAddress
                stream.avail_in = UInt32(all.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(buffer.count)
                deflate(&stream, Z_FINISH)
            }
            count = buffer.count - Int(stream.avail_out)
        }
    }

    private let text = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

    @Test func `plain bytes pass as they are`() throws {
        #expect(try read(text) == text)
        #expect(try read([]) == [])
        #expect(try read([0x1F]) == [0x1F])
    }

    @Test func `one member, several, and padding behind them`() throws {
        #expect(try read(Self.pack(text)) == text)
        #expect(try read(Self.pack(text) + Self.pack([]) + Self.pack(text)) == text + text)
        #expect(try read(Self.pack(text) + [0, 0, 0]) == text)
    }

    @Test(arguments: [5, 200, 1]) func `a stream that was cut off is an error`(_ missing: Int) throws {
        let error = #expect(throws: FlxError.self) { try read(Self.pack(text).dropLast(missing)) }
        #expect(error?.code == .malformed && error?.message.contains("cut off") == true)
    }

    @Test func `a damaged stream is an error`() throws {
        var packed = Self.pack(text)
        packed[packed.count - 6] ^= 0xFF
        #expect(throws: FlxError.self) { try read(packed) }
        #expect(throws: FlxError.self) { try read(Self.pack(text) + [7, 7, 7]) }
    }

    @Test func `a missing file is named`() {
        let error = #expect(throws: FlxError.self) { try GzipSource("/nowhere/at/all") }
        #expect(error?.message.contains("/nowhere/at/all") == true)
    }
}
