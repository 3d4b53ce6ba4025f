import FlxCore

/// A reader for the bytes of an envelope. It trusts nothing: any mismatch is an error.
struct EnvelopeReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// The error for damaged bytes. The caller adds the event.
    static let damage = FlxError(.corrupt, "the envelope's bytes do not fit their form")

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() throws(FlxError) -> UInt8 {
        guard offset < bytes.count else { throw Self.damage }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func flags() throws(FlxError) -> Envelope.Flags {
        let low = UInt16(try byte())
        return Envelope.Flags(rawValue: low | UInt16(try byte()) << 8)
    }

    mutating func number() throws(FlxError) -> Int {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let next = try byte()
            guard shift < 63 else { throw Self.damage }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return Int(value) }
            shift += 7
        }
    }

    /// Reads a number in eight bytes, lowest byte first.
    mutating func fixed() throws(FlxError) -> Int64 {
        guard bytes.count - offset >= 8 else { throw Self.damage }
        defer { offset += 8 }
        return Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }

    /// Reads a count of items, each of at least one byte.
    mutating func count() throws(FlxError) -> Int {
        let count = try number()
        guard count <= bytes.count - offset else { throw Self.damage }
        return count
    }

    mutating func rawText() throws(FlxError) -> UnsafeRawBufferPointer {
        let count = try count()
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    mutating func text() throws(FlxError) -> String {
        String(decoding: try rawText(), as: UTF8.self)
    }

    mutating func id() throws(FlxError) -> EventID {
        let text = try rawText()
        guard text.isEmpty else { return try EventID(String(decoding: text, as: UTF8.self)) }
        guard bytes.count - offset >= 16 else { throw Self.damage }
        defer { offset += 16 }
        return EventID(uuid: UInt128(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt128.self)))
    }

    mutating func extensionValue() throws(FlxError) -> ExtensionValue {
        switch try byte() {
        case 0: return .bool(false)
        case 1: return .bool(true)
        case 2:
            guard bytes.count - offset >= 4 else { throw Self.damage }
            defer { offset += 4 }
            return .integer(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        case 3: return .string(try text())
        default: throw Self.damage
        }
    }
}
