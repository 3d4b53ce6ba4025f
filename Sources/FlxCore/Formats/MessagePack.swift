/// The codec of MessagePack, https://github.com/msgpack/msgpack/blob/master/spec.md.
///
/// It writes the shortest heads, whole numbers of 64 bits as such and all others as 64-bit floating point. A number without an exact form
/// of these two is refused. It reads all lengths of heads. Bytes and the extension for times (type −1) are foreign to JSON
/// (``ForeignValues``). Other extensions, keys other than texts, NaN and infinity are errors.
public enum MessagePack: ValueCodec {
    /// The media type.
    public static let mediaType = "application/vnd.msgpack"
}

extension MessagePack: BinaryFormat {
    static let name = "MessagePack"
    private static let timeExtension: UInt64 = 0xFF

    static func write(_ item: BinaryItem, to bytes: inout [UInt8]) {
        switch item {
        case .null, .undefined: bytes.append(0xC0)
        case .bool(let value): bytes.append(value ? 0xC3 : 0xC2)
        case .unsigned(let value): write(value, &bytes)
        case .negative(let value): write(negative: value, &bytes)
        case .double(let value): bytes.appendHead(0xCB, value.bitPattern, bytes: 8)
        case .text(let count): head(count ?? 0, fix: 0xA0, upTo: 31, 0xD9, 0xDA, 0xDB, &bytes)
        case .bytes(let count): head(count ?? 0, fix: 0, upTo: -1, 0xC4, 0xC5, 0xC6, &bytes)
        case .array(let count): head(count ?? 0, fix: 0x90, upTo: 15, nil, 0xDC, 0xDD, &bytes)
        case .map(let count): head(count ?? 0, fix: 0x80, upTo: 15, nil, 0xDE, 0xDF, &bytes)
        case .tag, .end: break
        }
    }

    static func write(large number: ExactNumber, to bytes: inout [UInt8]) throws(FlxError) {
        let text = number.json.text
        let advice = "CBOR can keep it, and so can a text"
        let place = FlxError.Location(offset: bytes.count, pointer: "")
        throw FlxError(.invalidValue, "MessagePack has no number that keeps \(text.prefix(60)) exactly; \(advice)", at: place)
    }

    private static func write(_ value: UInt64, _ bytes: inout [UInt8]) {
        switch value {
        case 0...0x7F: bytes.append(UInt8(value))
        case 0x80...0xFF: bytes.appendHead(0xCC, value, bytes: 1)
        case 0x100...0xFFFF: bytes.appendHead(0xCD, value, bytes: 2)
        case 0x1_0000...0xFFFF_FFFF: bytes.appendHead(0xCE, value, bytes: 4)
        default: bytes.appendHead(0xCF, value, bytes: 8)
        }
    }

    private static func write(negative value: UInt64, _ bytes: inout [UInt8]) {
        let bits = ~value
        switch value {
        case 0...31: bytes.append(UInt8(truncatingIfNeeded: bits))
        case 32...0x7F: bytes.appendHead(0xD0, bits, bytes: 1)
        case 0x80...0x7FFF: bytes.appendHead(0xD1, bits, bytes: 2)
        case 0x8000...0x7FFF_FFFF: bytes.appendHead(0xD2, bits, bytes: 4)
        default: bytes.appendHead(0xD3, bits, bytes: 8)
        }
    }

    private static func head(
        _ count: Int, fix: UInt8, upTo limit: Int, _ one: UInt8?, _ two: UInt8, _ four: UInt8, _ bytes: inout [UInt8]
    ) {
        if count <= limit { return bytes.append(fix | UInt8(count)) }
        if count <= 0xFF, let one { return bytes.appendHead(one, UInt64(count), bytes: 1) }
        if count <= 0xFFFF { return bytes.appendHead(two, UInt64(count), bytes: 2) }
        bytes.appendHead(four, UInt64(count), bytes: 4)
    }

    static func readTagged(_ tag: UInt64, count: Int?, by reading: inout BinaryReading<Self>) throws(FlxError) -> EventValue {
        let content = try reading.cursor.take(count ?? 0)
        let type = Int8(truncatingIfNeeded: tag)
        guard tag == timeExtension else {
            throw reading.cursor.failure(.typeMismatch, "the extension of type \(type) is unknown and has no value in JSON")
        }
        guard let time = time(Array(content)) else {
            throw reading.cursor.failure(.malformed, "a time of \(content.count) bytes is invalid, or outside of the years 1677 to 2262")
        }
        guard reading.foreign == .nearest else { throw reading.refused("the time \(time)") }
        return .string(time.description)
    }

    /// The time in the three lengths of the specification.
    private static func time(_ bytes: [UInt8]) -> Timestamp? {
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let (seconds, nanoseconds): (Int64, UInt64)
        switch bytes.count {
        case 4: (seconds, nanoseconds) = (Int64(number(0..<4)), 0)
        case 8: (seconds, nanoseconds) = (Int64(number(0..<8) & 0x3_FFFF_FFFF), number(0..<8) >> 34)
        case 12: (seconds, nanoseconds) = (Int64(bitPattern: number(4..<12)), number(0..<4))
        default: return nil
        }
        guard nanoseconds < 1_000_000_000 else { return nil }
        return Int64(exactly: Int128(seconds) * 1_000_000_000 + Int128(nanoseconds)).map(Timestamp.init(nanoseconds:))
    }
}
