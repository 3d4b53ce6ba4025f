/// The identity of an event: a UUID, or any other text of 1 to 256 bytes that a foreign producer chose.
///
/// A UUID in its canonical form (lower case, 8-4-4-4-12) is kept as 128 bits; every other text is kept as it came, so that an id
/// that came in goes out byte for byte.
public struct EventID: Hashable, Sendable {
    /// The two forms that an id can have.
    public enum Form: Hashable, Sendable {
        /// A UUID, the most significant bits first.
        case uuid(UInt128)
        /// Any other text.
        case text(String)

        /// Bit for bit, and byte for byte.
        public static func == (left: Form, right: Form) -> Bool {
            switch (left, right) {
            case (.uuid(let left), .uuid(let right)): left == right
            case (.text(let left), .text(let right)): NameRule.same(left, right)
            default: false
            }
        }
    }

    /// The id in its form.
    public let form: Form

    /// Takes a UUID as its 128 bits.
    public init(uuid: UInt128) {
        form = .uuid(uuid)
    }

    /// Takes the text of an id.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for an empty, too long or unprintable text.
    public init(_ text: String) throws(FlxError) {
        if let uuid = UUIDText.parse(text.utf8) {
            form = .uuid(uuid)
        } else {
            form = .text(try NameRule.checked(text, field: "id"))
        }
    }

    /// The 128 bits, when the id is a UUID.
    public var uuid: UInt128? {
        if case .uuid(let bits) = form { bits } else { nil }
    }
}

extension EventID: CustomStringConvertible {
    /// The text of the id.
    public var description: String {
        switch form {
        case .text(let text): text
        case .uuid(let bits): String(unsafeUninitializedCapacity: 36) { UUIDText.write(bits, into: $0); return 36 }
        }
    }
}

/// The canonical text of a UUID (RFC 9562, section 4): 36 bytes, lower case.
package enum UUIDText {
    private static let digits: StaticString = "0123456789abcdef"

    /// Writes the 36 bytes; the buffer must hold as many.
    package static func write(_ bits: UInt128, into buffer: UnsafeMutableBufferPointer<UInt8>) {
        var (high, low) = (UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
        let digits = digits.utf8Start
        for index in 0..<36 {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                buffer[index] = UInt8(ascii: "-")
            } else {
                buffer[index] = digits[Int(high >> 60)]
                high = high << 4 | low >> 60
                low <<= 4
            }
        }
    }

    /// The bits of a canonical text; nil for any other.
    package static func parse(_ text: some Collection<UInt8>) -> UInt128? {
        guard text.count == 36 else { return nil }
        var (high, low, index) = (UInt64(0), UInt64(0), 0)
        for byte in text {
            defer { index += 1 }
            let digit: UInt64
            switch (index, byte) {
            case (8, 0x2D), (13, 0x2D), (18, 0x2D), (23, 0x2D): continue
            case (8, _), (13, _), (18, _), (23, _): return nil
            case (_, 0x30...0x39): digit = UInt64(byte - 0x30)
            case (_, 0x61...0x66): digit = UInt64(byte - 0x61 + 10)
            default: return nil
            }
            high = high << 4 | low >> 60
            low = low << 4 | digit
        }
        return UInt128(high) << 64 | UInt128(low)
    }
}
