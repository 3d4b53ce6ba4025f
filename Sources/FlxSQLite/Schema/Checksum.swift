/// A hash of 64 bits over words and bytes. It detects damage, and is not for secrets.
///
/// Each step is a bijection of the state for a given word, and of the word for a given state. Therefore damage within
/// one word always changes the sum. Other damage is missed once in 2^64.
struct Checksum {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The sum of everything mixed in so far.
    var value: Int64 {
        var sum = self
        sum.mix(0xD6E8_FEB8_6659_FD93 as UInt64)
        return Int64(bitPattern: sum.state)
    }

    /// Returns the sum of a text's bytes.
    static func of(_ text: String) -> UInt64 {
        var (text, sum) = (text, Checksum())
        text.withUTF8 { sum.mix(UnsafeRawBufferPointer($0)) }
        return sum.state
    }

    @inline(__always)
    mutating func mix(_ word: UInt64) {
        state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
        state ^= state >> 32
    }

    @inline(__always)
    mutating func mix(_ number: Int64) {
        mix(UInt64(bitPattern: number))
    }

    /// Mixes in bytes and their number.
    mutating func mix(_ bytes: UnsafeRawBufferPointer) {
        mix(UInt64(bytes.count))
        var offset = 0
        while offset &+ 8 <= bytes.count {
            mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset &+= 8
        }
        guard offset < bytes.count else { return }
        var tail: UInt64 = 0
        for index in offset..<bytes.count { tail = tail << 8 | UInt64(bytes[index]) }
        mix(tail)
    }
}
