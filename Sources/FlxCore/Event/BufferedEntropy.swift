#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The system's randomness, fetched 256 bytes at a time: a call of the system for each number would cost more than all the rest of an id.
struct BufferedEntropy: RandomNumberGenerator, Sendable {
    private static let words = 32
    private var buffer: [UInt64] = []

    mutating func next() -> UInt64 {
        if buffer.isEmpty { refill() }
        return buffer.removeLast()
    }

    private mutating func refill() {
        buffer = [UInt64](unsafeUninitializedCapacity: Self.words) { words, count in
            #if canImport(Darwin)
                arc4random_buf(words.baseAddress, Self.words * 8)
                count = Self.words
            #else
                // One call gives up to 256 bytes, or fails as a whole: getentropy(3).
                count = getentropy(words.baseAddress, Self.words * 8) == 0 ? Self.words : 0
            #endif
        }
        if buffer.isEmpty {
            var system = SystemRandomNumberGenerator()
            buffer = [system.next()]
        }
    }
}
