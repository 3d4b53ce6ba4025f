extension JSONReader {
    /// Reads a number exactly, as an integer type of up to 128 bits; `1.0` and `1e2` are integers too.
    /// - Throws: ``FlxError/Code/typeMismatch`` for any other number.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func readInteger<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(FlxError) -> T {
        guard T.bitWidth <= 64 else { return try readWide() }
        let (isNegative, magnitude) = try readSignAndMagnitude()
        if !isNegative, let value = T(exactly: magnitude) { return value }
        if isNegative, T.isSigned || magnitude == 0 {
            if let value = T(exactly: magnitude) { return 0 - value }
            // The lowest number of a type has no positive counterpart.
            if magnitude <= 1 << 63, let value = T(exactly: Int64(truncatingIfNeeded: 0 &- magnitude)) { return value }
        }
        throw outOfRange("\(isNegative ? "-" : "")\(magnitude)", "\(T.self)")
    }

    /// Reads a number as the nearest `Double`.
    /// - Throws: ``FlxError/Code/typeMismatch`` for a number beyond the greatest one.
    @_lifetime(self: copy self)
    public mutating func readDouble() throws(FlxError) -> Double {
        let range = try scanNumber()
        if range.digits <= 15, let value = range.quick { return value }
        let text = text(of: range)
        guard let value = Double(text), value.isFinite else {
            offset = range.start
            throw failure(.typeMismatch, "the number \(text) is out of the range of Double")
        }
        return value
    }

    /// Reads a number and keeps its text.
    @_lifetime(self: copy self)
    public mutating func readNumber() throws(FlxError) -> JSONNumber {
        let range = try scanNumber()
        return JSONNumber(checked: text(of: range))
    }

    /// Reads an integer of up to 128 bits.
    @usableFromInline
    @_lifetime(self: copy self)
    mutating func readWide<T: FixedWidthInteger>() throws(FlxError) -> T {
        let number = try readNumber()
        let exact = ExactDecimal(number)
        if let magnitude = exact.magnitude() {
            if !exact.isNegative, let value = T(exactly: magnitude) { return value }
            let negative = magnitude <= 1 << 127 ? Int128(truncatingIfNeeded: 0 &- magnitude) : nil
            if exact.isNegative, let value = negative.flatMap(T.init(exactly:)) { return value }
        }
        throw outOfRange(number.text, "\(T.self)")
    }

    /// Reads an integer of up to 64 bits.
    @usableFromInline
    @_lifetime(self: copy self)
    mutating func readSignAndMagnitude() throws(FlxError) -> (isNegative: Bool, magnitude: UInt64) {
        let range = try scanNumber()
        if range.isInteger, range.digits <= 19 { return (range.isNegative, range.mantissa) }
        if let exact = ExactDecimal(number: text(of: range)).integer { return exact }
        offset = range.start
        throw failure(.typeMismatch, "expected a whole number of 64 bits, found \(text(of: range))")
    }

    /// The error for a whole number outside its type. The number is the last thing read.
    @usableFromInline
    func outOfRange(_ number: String, _ type: String) -> FlxError {
        failure(.typeMismatch, "the number \(number) is out of the range of \(type)")
    }
}

/// A checked number before its conversion.
struct NumberRange {
    let start: Int
    var end: Int
    var isNegative = false
    var isInteger = true
    /// The digits, without leading zeros, as one number; meaningless beyond 19.
    var mantissa: UInt64 = 0
    var digits = 0
    /// The power of ten to multiply by.
    var exponent = 0

    /// The value, if one rounding of two exact numbers gives it.
    var quick: Double? {
        guard exponent >= -22, exponent <= 22 else { return nil }
        let whole = Double(isNegative ? -Int64(mantissa) : Int64(mantissa))
        if mantissa == 0 { return isNegative ? -0.0 : 0.0 }
        return exponent < 0 ? whole / Self.powers[-exponent] : whole * Self.powers[exponent]
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}

extension JSONReader {
    /// Checks and passes the next number.
    @_lifetime(self: copy self)
    mutating func scanNumber() throws(FlxError) -> NumberRange {
        skipSpace()
        var number = NumberRange(start: offset, end: offset)
        if current == UInt8(ascii: "-") {
            number.isNegative = true
            offset += 1
        }
        let first = current
        guard first &- UInt8(ascii: "0") < 10 else {
            throw number.isNegative ? unexpectedByte("a digit") : unexpected("a number")
        }
        if first == UInt8(ascii: "0") {
            offset += 1
            guard current &- UInt8(ascii: "0") >= 10 else { throw failure(.malformed, "a number must not start with 0") }
        } else {
            passDigits(&number)
        }
        if current == UInt8(ascii: ".") { try passFraction(&number) }
        if current | 0x20 == UInt8(ascii: "e") { try passExponent(&number) }
        number.end = offset
        guard number.end - number.start <= limits.maximumNumberBytes else {
            offset = number.start
            let count = number.end - number.start
            throw failure(.limitExceeded, "a number has \(count) bytes: at most \(limits.maximumNumberBytes) are allowed")
        }
        return number
    }

    /// The characters of a checked number.
    func text(of number: NumberRange) -> String {
        text(of: StringRange(start: number.start, end: number.end, hasEscapes: false))
    }

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func passDigits(_ number: inout NumberRange) {
        while offset < bytes.byteCount {
            let digit = byte(offset) &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            number.mantissa = number.mantissa &* 10 &+ UInt64(digit)
            if number.digits > 0 || digit > 0 { number.digits += 1 }
            offset += 1
        }
    }

    @_lifetime(self: copy self)
    private mutating func passFraction(_ number: inout NumberRange) throws(FlxError) {
        offset += 1
        number.isInteger = false
        let start = offset
        passDigits(&number)
        guard offset > start else { throw unexpectedByte("a digit after the point") }
        number.exponent = start - offset
    }

    @_lifetime(self: copy self)
    private mutating func passExponent(_ number: inout NumberRange) throws(FlxError) {
        offset += 1
        number.isInteger = false
        let isNegative = current == UInt8(ascii: "-")
        if isNegative || current == UInt8(ascii: "+") { offset += 1 }
        let start = offset
        var exponent = 0
        while current &- UInt8(ascii: "0") < 10 {
            // Beyond this no number is finite or other than 0: no text in memory has as many digits before its exponent.
            if exponent < 1_000_000_000_000_000 { exponent = exponent * 10 + Int(current - UInt8(ascii: "0")) }
            offset += 1
        }
        guard offset > start else { throw unexpectedByte("a digit in the exponent") }
        number.exponent += isNegative ? -exponent : exponent
    }
}
