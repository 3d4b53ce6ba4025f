/// Bytes that grow at their end, in memory of their own.
///
/// Room is reserved once for many bytes; adding a byte is then a plain store. Callers never put more than they reserved.
struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity: Int
    /// The number of bytes.
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 0)
        base = capacity > 0 ? .allocate(byteCount: capacity, alignment: 16) : nil
    }

    deinit { base?.deallocate() }

    /// Makes room for a number of bytes after the last one.
    @inline(__always)
    mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(by: more) }
    }

    @inline(never)
    private mutating func grow(by more: Int) {
        let larger = max(capacity * 2, count + more, 64)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        if let base {
            memory.copyMemory(from: base, byteCount: count)
            base.deallocate()
        }
        base = memory
        capacity = larger
    }

    /// The place of the next byte, in reserved room.
    @inline(__always)
    private var end: UnsafeMutableRawPointer { base.unsafelyUnwrapped + count }

    /// Puts one byte.
    @inline(__always)
    mutating func put(_ byte: UInt8) {
        end.storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    /// Puts bytes as they are.
    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        end.copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Lets a function write into a part of the room. The function returns its number of bytes.
    @inline(__always)
    mutating func put(upTo room: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        count += write(UnsafeMutableBufferPointer(start: end.assumingMemoryBound(to: UInt8.self), count: room))
    }

    /// Puts bytes up to the first one that needs an escape in a JSON string. Returns their number. Needs room for eight more.
    @inline(__always)
    mutating func putPlain(_ bytes: UnsafeRawBufferPointer) -> Int {
        let target = end
        var index = 0
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            let special = JSONEscapes.marks(in: UInt64(littleEndian: word))
            guard special == 0 else {
                index += special.trailingZeroBitCount >> 3
                count += index
                return index
            }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if JSONEscapes.isNeeded(for: byte) { break }
            target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            index += 1
        }
        count += index
        return index
    }

    /// Takes bytes away from the end, down to a count.
    mutating func truncate(to count: Int) { self.count = count }

    /// A copy of the bytes from an offset on.
    func copy(from start: Int = 0) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: base.map { UnsafeRawPointer($0) + start }, count: count - start))
    }

    /// The bytes, for as long as the function runs.
    @inline(__always)
    func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
        body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
