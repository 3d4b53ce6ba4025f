import CZlib
package import FlxCore

/// The content of a gzip stream (RFC 1952) of one or more members, inflated piece by piece; anything else passes as it is.
package final class GzipSource {
    private static let pieceBytes = 1 << 18

    private let source: FileSource
    private let name: String
    private let inflater: UnsafeMutablePointer<z_stream>
    /// Nil before the first bytes show the kind of the stream.
    private var isGzip: Bool?
    private var input: [UInt8] = []
    private var offset = 0
    /// True if a member was begun and not ended.
    private var isInside = false
    /// The fault after the pieces returned so far.
    private var failure: FlxError?

    /// Opens a file; `-` is standard input.
    /// - Throws: As ``FileSource/init(_:)`` does.
    package init(_ path: String) throws(FlxError) {
        source = try FileSource(path)
        name = path
        inflater = .allocate(capacity: 1)
        inflater.initialize(to: z_stream())
        // 15 bits of window, plus 16: a gzip header and trailer, nothing else.
        guard inflateInit2_(inflater, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw FlxError(.io, "\(path): zlib cannot be started")
        }
    }

    deinit {
        inflateEnd(inflater)
        inflater.deallocate()
    }

    /// The part of the file read so far, from 0 to 1; nil if the end is unknown.
    var part: Double? { source.part }

    /// True if the bytes can be read again from the start.
    var isFile: Bool { source.isFile }

    /// Returns true if more can be read within a time.
    func isReady(within milliseconds: Int32) -> Bool { offset < input.count || source.isReady(within: milliseconds) }

    /// The next piece; empty at the end.
    /// - Throws: ``FlxError/Code/malformed`` for a damaged or incomplete stream; all errors of ``FileSource/next()``.
    package func next() throws(FlxError) -> [UInt8] {
        if isGzip == nil { try detect() }
        guard isGzip == true else {
            defer { input = [] }
            return input.isEmpty ? try source.next() : input
        }
        if let failure { throw failure }
        // Many members may be short: the available ones make one piece.
        var piece: [UInt8] = []
        while piece.count < Self.pieceBytes {
            if offset == input.count {
                guard piece.isEmpty else { break }
                input = try source.next()
                offset = 0
                guard !input.isEmpty else {
                    guard !isInside else { throw FlxError(.malformed, "\(name): the gzip stream ends in the middle; the file was cut off") }
                    break
                }
            }
            do throws(FlxError) {
                let part = try inflatePiece(atMost: Self.pieceBytes - piece.count)
                if piece.isEmpty { piece = part } else { piece += part }
            } catch {
                // The bytes before the damage are read first.
                guard !piece.isEmpty else { throw error }
                failure = error
                break
            }
        }
        return piece
    }

    private func detect() throws(FlxError) {
        var start: [UInt8] = []
        while start.count < 2 {
            let piece = try source.next()
            guard !piece.isEmpty else { break }
            start += piece
        }
        input = start
        isGzip = start.starts(with: [0x1F, 0x8B])
    }

    private func inflatePiece(atMost count: Int) throws(FlxError) -> [UInt8] {
        if !isInside {
            // Zeros after the last member are padding.
            while offset < input.count, input[offset] == 0 { offset += 1 }
            guard offset < input.count else { return [] }
            inflateReset(inflater)
            isInside = true
        }
        var result = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            input.withUnsafeMutableBufferPointer { all in
                inflater.pointee.next_in = all.baseAddress! + offset
                inflater.pointee.avail_in = UInt32(all.count - offset)
                inflater.pointee.next_out = buffer.baseAddress
                inflater.pointee.avail_out = UInt32(buffer.count)
                result = inflate(inflater, Z_NO_FLUSH)
                offset = all.count - Int(inflater.pointee.avail_in)
            }
            filled = buffer.count - Int(inflater.pointee.avail_out)
        }
        switch result {
        case Z_STREAM_END: isInside = false
        case Z_OK, Z_BUF_ERROR: break
        default:
            let reason = inflater.pointee.msg.map { String(cString: $0) } ?? "error \(result)"
            throw FlxError(.malformed, "\(name): the gzip stream is damaged (\(reason))")
        }
        return piece
    }
}
