extension CBOR {
    static func read(from cursor: inout ByteCursor) throws(FlxError) -> BinaryItem {
        let start = try cursor.byte()
        let (major, info) = (start >> 5, start & 0x1F)
        guard major != 7 else { return try readSimple(info, from: &cursor) }
        guard info != 31 else { return try openItem(major, &cursor) }
        let value = try argument(info, from: &cursor)
        switch major {
        case 0: return .unsigned(value)
        case 1: return .negative(value)
        case 2: return .bytes(count: try cursor.counted(value))
        case 3: return .text(count: try cursor.counted(value))
        case 4: return .array(count: try cursor.counted(value))
        case 5: return .map(count: try cursor.counted(value, of: 2))
        default: return .tag(value, count: nil)
        }
    }

    private static func argument(_ info: UInt8, from cursor: inout ByteCursor) throws(FlxError) -> UInt64 {
        switch info {
        case 0..<24: return UInt64(info)
        case 24...27: return try cursor.number(bytes: 1 << Int(info - 24))
        default: throw cursor.failure(.malformed, "the head with \(info) in its low bits is reserved")
        }
    }

    private static func openItem(_ major: UInt8, _ cursor: inout ByteCursor) throws(FlxError) -> BinaryItem {
        switch major {
        case 2: return .bytes(count: nil)
        case 3: return .text(count: nil)
        case 4: return .array(count: nil)
        case 5: return .map(count: nil)
        default: throw cursor.failure(.malformed, "only strings, arrays and maps can be left open")
        }
    }

    private static func readSimple(_ info: UInt8, from cursor: inout ByteCursor) throws(FlxError) -> BinaryItem {
        switch info {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22: return .null
        case 23: return .undefined
        case 24:
            let value = try cursor.byte()
            guard value >= 32 else { throw cursor.failure(.malformed, "the simple value \(value) is written in two bytes") }
            throw cursor.failure(.typeMismatch, "the simple value \(value) is no value of JSON")
        case 25: return .double(HalfFloat(bits: UInt16(try cursor.number(bytes: 2))).double)
        case 26: return .double(Double(Float(bitPattern: UInt32(try cursor.number(bytes: 4)))))
        case 27: return .double(Double(bitPattern: try cursor.number(bytes: 8)))
        case 31: return .end
        case 0..<20: throw cursor.failure(.typeMismatch, "the simple value \(info) is no value of JSON")
        default: throw cursor.failure(.malformed, "the head with \(info) in its low bits is reserved")
        }
    }

    static func readTagged(_ tag: UInt64, count: Int?, by reading: inout BinaryReading<Self>) throws(FlxError) -> EventValue {
        switch tag {
        case Tag.bignum, Tag.negativeBignum:
            return try accepted(ExactNumber.whole(try readBignum(tag, by: &reading)), by: reading)
        case Tag.decimal: return try readDecimal(by: &reading)
        case Tag.selfDescribed: return try reading.readInner()
        default: break
        }
        guard reading.foreign == .nearest else { throw reading.refused("a value with the tag \(tag)") }
        let value = try reading.readInner()
        switch (tag, value) {
        case (Tag.epochTime, .number(let seconds)):
            guard let time = Timestamp(seconds: seconds) else { break }
            return .string(time.description)
        case (Tag.epochTime, _): break
        case (_, .string), (_, .number), (_, .bool), (_, .null): return value
        default: break
        }
        throw reading.cursor.failure(.typeMismatch, "there is no value of JSON that is near to one with the tag \(tag)")
    }

    private static func readBignum(_ tag: UInt64, by reading: inout BinaryReading<Self>) throws(FlxError) -> BigInteger {
        guard case .bytes(let count) = try read(from: &reading.cursor) else {
            throw reading.cursor.failure(.malformed, "the tag \(tag) must stand before a string of bytes")
        }
        let number = BigInteger(isNegative: false, magnitude: try reading.readBytes(count))
        // Twelve digits of decimal need less than five bytes.
        guard number.magnitude.count <= reading.limits.maximumNumberBytes / 12 * 5 + 6 else {
            throw reading.cursor.failure(.limitExceeded, "a number has \(number.magnitude.count) bytes, too many to be written in decimal")
        }
        return tag == Tag.bignum ? number : number.complement
    }

    /// The number in JSON, if JSON readers accept its length.
    private static func accepted(_ number: ExactNumber, by reading: borrowing BinaryReading<Self>) throws(FlxError) -> EventValue {
        let (number, most) = (number.json, reading.limits.maximumNumberBytes)
        let count = number.text.utf8.count
        guard count <= most else {
            throw reading.cursor.failure(.limitExceeded, "a number has \(count) bytes in decimal: at most \(most) are allowed")
        }
        return .number(number)
    }

    /// A decimal fraction: an array of the exponent and the whole number.
    private static func readDecimal(by reading: inout BinaryReading<Self>) throws(FlxError) -> EventValue {
        guard try read(from: &reading.cursor) == .array(count: 2) else {
            throw reading.cursor.failure(.malformed, "the tag 4 must stand before an array of two numbers")
        }
        let exponent: Int?
        switch try read(from: &reading.cursor) {
        case .unsigned(let value): exponent = Int32(exactly: value).map { Int($0) }
        case .negative(let value): exponent = Int32(exactly: value).map { -1 - Int($0) }
        default: exponent = nil
        }
        guard let exponent else {
            throw reading.cursor.failure(.typeMismatch, "the exponent of a decimal fraction must be a whole number of 32 bits")
        }
        let mantissa: BigInteger
        switch try read(from: &reading.cursor) {
        case .unsigned(let value): mantissa = BigInteger(isNegative: false, digits: Array(String(value).utf8))
        case .negative(let value): mantissa = BigInteger(isNegative: true, digits: Array(String(UInt128(value) + 1).utf8))
        case .tag(let tag, _) where tag == Tag.bignum || tag == Tag.negativeBignum: mantissa = try readBignum(tag, by: &reading)
        default: throw reading.cursor.failure(.malformed, "a decimal fraction must have a whole number")
        }
        // The same number has the same text, however its digits were parted.
        let number: ExactNumber
        do {
            number = try ExactNumber(ExactNumber.decimal(mantissa, exponent: exponent).json)
        } catch {
            throw reading.cursor.failure(.typeMismatch, error.message)
        }
        return try accepted(number, by: reading)
    }
}

extension Timestamp {
    /// The instant at a number of seconds after 1970, exact; nil outside the range, or if finer than nanoseconds.
    init?(seconds: JSONNumber) {
        let decimal = ExactDecimal(seconds)
        guard let magnitude = decimal.magnitude(timesTenTo: 9).flatMap(Int128.init(exactly:)),
            let nanoseconds = Int64(exactly: decimal.isNegative ? -magnitude : magnitude)
        else { return nil }
        self.init(nanoseconds: nanoseconds)
    }
}
