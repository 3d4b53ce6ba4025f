/// A place in bytes from outside. Every step is checked against the available bytes.
struct ByteCursor {
    let bytes: [UInt8]
    private(set) var offset = 0
    private let format: String

    init(_ bytes: [UInt8], format: String) {
        self.bytes = bytes
        self.format = format
    }

    var isAtEnd: Bool { offset == bytes.count }
    var left: Int { bytes.count - offset }

    /// The next byte. It stays unread.
    func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func byte() throws(FlxError) -> UInt8 {
        guard offset < bytes.count else { throw ended(1) }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// An unsigned number of some bytes, the most significant first.
    mutating func number(bytes count: Int) throws(FlxError) -> UInt64 {
        guard left >= count else { throw ended(count) }
        var value: UInt64 = 0
        for index in offset..<offset + count { value = value << 8 | UInt64(bytes[index]) }
        offset += count
        return value
    }

    /// Returns the next bytes.
    mutating func take(_ count: Int) throws(FlxError) -> ArraySlice<UInt8> {
        guard left >= count else { throw ended(count) }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// A text of `count` bytes.
    mutating func text(_ count: Int) throws(FlxError) -> String {
        let start = offset
        let slice = try take(count)
        let text = slice.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
        guard let text else {
            offset = start
            throw failure(.malformed, "a text is not UTF-8")
        }
        return text
    }

    /// A length as an `Int`, after a check: the rest of the bytes can hold `count` items of at least `size` bytes.
    func counted(_ count: UInt64, of size: Int = 1) throws(FlxError) -> Int {
        guard count <= UInt64(left / size) else {
            throw failure(.malformed, "\(count) items are announced, but only \(left) bytes are left")
        }
        return Int(count)
    }

    /// An error at the cursor's place.
    func failure(_ code: FlxError.Code, _ message: String) -> FlxError {
        FlxError(code, "\(format): \(message)", at: .init(offset: offset, pointer: ""))
    }

    private func ended(_ count: Int) -> FlxError {
        failure(.malformed, "the bytes end, but \(count) more are needed")
    }
}
