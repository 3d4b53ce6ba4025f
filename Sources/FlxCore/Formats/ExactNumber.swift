/// A number of JSON in the narrowest form with its exact value, for binary formats.
enum ExactNumber: Equatable {
    /// A whole number from 0 on, of 64 bits.
    case unsigned(UInt64)
    /// The whole number −1 − n, of 64 bits with its sign when it is chosen for a number of JSON.
    case negative(UInt64)
    /// A number with an exact Double: the shortest text of the Double has the same value.
    case double(Double)
    /// Any other whole number.
    case integer(BigInteger)
    /// Any other number: a whole number times a power of ten.
    case decimal(BigInteger, exponent: Int)

    private static let exponents: ClosedRange<Int128> = -1_000_000_000...1_000_000_000
    /// The work for a number grows with the square of its length.
    private static let maximumBytes = 10_000

    /// Chooses the form of a number. A number with a fraction or an exponent is not whole, even with the value of a whole number: `1.0`
    /// stays `1.0`.
    /// - Throws: ``FlxError/Code/invalidValue`` for an exponent beyond a thousand million or more than 10,000 characters.
    init(_ number: JSONNumber) throws(FlxError) {
        let text = number.text
        if let value = UInt64(text), text.utf8.first != UInt8(ascii: "-") {
            self = .unsigned(value)
            return
        }
        // Most numbers are short: their text shows their form at once.
        if let value = Int64(text), value < 0 {
            self = .negative(UInt64(~value))
            return
        }
        if let double = number.double, double.description == text {
            self = .double(double)
            return
        }
        let decimal = ExactDecimal(number)
        guard Self.exponents.contains(decimal.exponent), text.utf8.count <= Self.maximumBytes else {
            throw FlxError(.invalidValue, "the number \(text.prefix(40)) has more digits or a larger exponent than can be kept")
        }
        let isWhole = text.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
        if isWhole, !decimal.digits.isEmpty {
            self = Self.whole(BigInteger(isNegative: decimal.isNegative, digits: text.utf8.drop { $0 == UInt8(ascii: "-") }))
        } else if let double = number.double, ExactDecimal(number: double.description) == decimal {
            self = .double(double)
        } else {
            self = .decimal(BigInteger(isNegative: decimal.isNegative, digits: decimal.digits), exponent: Int(decimal.exponent))
        }
    }

    /// The form of a whole number.
    static func whole(_ integer: BigInteger) -> ExactNumber {
        let value = integer.magnitude.count <= 8 ? integer.magnitude.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : .max
        guard integer.isNegative else { return integer.magnitude.count <= 8 ? .unsigned(value) : .integer(integer) }
        return value <= 1 << 63 && value > 0 ? .negative(value - 1) : value == 0 ? .unsigned(0) : .integer(integer)
    }

    /// The number in JSON.
    var json: JSONNumber {
        switch self {
        case .unsigned(let value): JSONNumber(value)
        case .negative(let value):
            value <= UInt64(Int64.max) ? JSONNumber(-1 - Int64(value)) : JSONNumber(checked: "-\(UInt128(value) + 1)")
        case .double(let value): JSONNumber(checked: value.description)
        case .integer(let value): JSONNumber(checked: value.description)
        case .decimal(let value, let exponent):
            JSONNumber(checked: ExactDecimal.text(isNegative: value.isNegative, digits: value.digits, exponent: exponent))
        }
    }
}
