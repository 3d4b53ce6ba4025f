/// FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). Finds damage and distinguishes texts; the same in every process. It
/// keeps no secrets.
package struct ByteHash: Hashable, Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    /// The hash of a text alone.
    package static func of(_ text: String) -> UInt64 {
        var (hash, text) = (ByteHash(), text)
        text.withUTF8 { hash.add(UnsafeRawBufferPointer($0)) }
        return hash.value
    }

    /// Adds bytes, without their number.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// Mixes in bytes and their number.
    package mutating func mix(_ bytes: some Collection<UInt8>) {
        mix(Int64(bytes.count))
        let isDone = bytes.withContiguousStorageIfAvailable { add(UnsafeRawBufferPointer($0)) } != nil
        if !isDone { Array(bytes).withUnsafeBytes { add($0) } }
    }

    /// Mixes in a number.
    package mutating func mix(_ number: Int64) {
        withUnsafeBytes(of: number.littleEndian) { add($0) }
    }
}
