import CZlib

/// Packs bytes as gzip does.
package enum Gzip {
    /// One gzip member.
    package static func pack(_ bytes: [UInt8]) -> [UInt8] {
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
}
