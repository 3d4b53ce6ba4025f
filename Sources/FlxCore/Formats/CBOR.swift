/// The codec of CBOR (RFC 8949).
///
/// It writes preferred serialization (section 4.1): shortest heads, shortest exact floating point, definite lengths. Objects keep the order
/// of their keys. Numbers beyond 64 bits are bignums (tags 2 and 3). Decimals without an exact Double are decimal fractions (tag 4). So
/// every number of JSON can be written.
///
/// It reads every well-formed item of these kinds, in any length of head and in pieces. Bytes, times (tags 0 and 1), other tagged values
/// and `undefined` are foreign to JSON (``ForeignValues``). Keys other than texts, NaN, infinity, bigfloats and other simple values are
/// errors. Tag 55799, a mere mark for CBOR, is skipped.
public enum CBOR: ValueCodec {
    /// The media type.
    public static let mediaType = "application/cbor"
}

extension CBOR: BinaryFormat {
    static let name = "CBOR"

    /// The tags with a meaning here (section 3.4).
    enum Tag {
        static let timeText: UInt64 = 0
        static let epochTime: UInt64 = 1
        static let bignum: UInt64 = 2
        static let negativeBignum: UInt64 = 3
        static let decimal: UInt64 = 4
        static let selfDescribed: UInt64 = 55799
    }

    static func write(_ item: BinaryItem, to bytes: inout [UInt8]) {
        switch item {
        case .unsigned(let value): head(0, value, &bytes)
        case .negative(let value): head(1, value, &bytes)
        case .bytes(let count): head(2, UInt64(count ?? 0), &bytes)
        case .text(let count): head(3, UInt64(count ?? 0), &bytes)
        case .array(let count): head(4, UInt64(count ?? 0), &bytes)
        case .map(let count): head(5, UInt64(count ?? 0), &bytes)
        case .tag(let tag, _): head(6, tag, &bytes)
        case .bool(let value): bytes.append(value ? 0xF5 : 0xF4)
        case .null: bytes.append(0xF6)
        case .undefined: bytes.append(0xF7)
        case .end: bytes.append(0xFF)
        case .double(let value): write(value, &bytes)
        }
    }

    static func write(large number: ExactNumber, to bytes: inout [UInt8]) {
        switch number {
        case .integer(let integer): write(integer, &bytes)
        case .decimal(let mantissa, let exponent):
            head(6, Tag.decimal, &bytes)
            head(4, 2, &bytes)
            if exponent < 0 { head(1, UInt64(-1 - exponent), &bytes) } else { head(0, UInt64(exponent), &bytes) }
            write(mantissa, &bytes)
        default: break
        }
    }

    private static func write(_ integer: BigInteger, _ bytes: inout [UInt8]) {
        let content = integer.isNegative ? integer.complement : integer
        if content.magnitude.count <= 8 {
            return head(integer.isNegative ? 1 : 0, content.magnitude.reduce(0) { $0 << 8 | UInt64($1) }, &bytes)
        }
        head(6, integer.isNegative ? Tag.negativeBignum : Tag.bignum, &bytes)
        head(2, UInt64(content.magnitude.count), &bytes)
        bytes.append(contentsOf: content.magnitude)
    }

    private static func head(_ major: UInt8, _ value: UInt64, _ bytes: inout [UInt8]) {
        switch value {
        case 0..<24: bytes.append(major << 5 | UInt8(value))
        case 24...0xFF: bytes.appendHead(major << 5 | 24, value, bytes: 1)
        case 0x100...0xFFFF: bytes.appendHead(major << 5 | 25, value, bytes: 2)
        case 0x1_0000...0xFFFF_FFFF: bytes.appendHead(major << 5 | 26, value, bytes: 4)
        default: bytes.appendHead(major << 5 | 27, value, bytes: 8)
        }
    }

    private static func write(_ value: Double, _ bytes: inout [UInt8]) {
        let float = Float(value)
        guard Double(float) == value else { return bytes.appendHead(0xFB, value.bitPattern, bytes: 8) }
        guard let half = HalfFloat(float) else { return bytes.appendHead(0xFA, UInt64(float.bitPattern), bytes: 4) }
        bytes.appendHead(0xF9, UInt64(half.bits), bytes: 2)
    }
}

extension [UInt8] {
    /// Appends a first byte and a number of some bytes, the most significant first.
    mutating func appendHead(_ first: UInt8, _ value: UInt64, bytes count: Int) {
        append(first)
        for index in 0..<count { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - index)))) }
    }
}

/// Floating point of 16 bits (IEEE 754). Swift lacks it on some platforms.
struct HalfFloat {
    let bits: UInt16

    init(bits: UInt16) { self.bits = bits }

    /// The half with exactly this value; nil if there is none.
    init?(_ value: Float) {
        let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
        let exponent = Int(value.bitPattern >> 23 & 0xFF) - 127
        let fraction = value.bitPattern & 0x7F_FFFF
        switch exponent {
        case -127 where fraction == 0: bits = sign
        case -14...15 where fraction & 0x1FFF == 0: bits = sign | UInt16(exponent + 15) << 10 | UInt16(fraction >> 13)
        case -24 ... -15:
            let (whole, shift) = (fraction | 0x80_0000, UInt32(-exponent - 1))
            guard whole & (1 << shift - 1) == 0 else { return nil }
            bits = sign | UInt16(whole >> shift)
        default: return nil
        }
    }

    var double: Double {
        let fraction = Double(bits & 0x3FF)
        let magnitude: Double =
            switch bits >> 10 & 0x1F {
            case 0: fraction * 0x1p-24
            case 0x1F: fraction == 0 ? .infinity : .nan
            case let exponent: Double(sign: .plus, exponent: Int(exponent) - 25, significand: 1024 + fraction)
            }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
