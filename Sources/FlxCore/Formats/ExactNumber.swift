/// A number of JSON in the narrowest form that keeps its value exactly, as binary formats need it.
enum ExactNumber: Equatable {
    /// A whole number from 0 on, of 64 bits.
    case unsigned(UInt64)
    /// The whole number −1 − n, of 64 bits with its sign when it is chosen for a number of JSON.
    case negative(UInt64)
    /// A number whose shortest text as a Double has the value of its own text.
    case double(Double)
    /// Any other whole number.
    case integer(BigInteger)
    /// Any other number: a whole number times a power of ten.
    case decimal(BigInteger, exponent: Int)

    /// Chooses the form of a number. One with a fraction or an exponent is not whole, even if it has the value of a whole number, so
    /// that `1.0` stays what it is.
    /// - Throws: ``FlxError/Code/invalidValue`` for an exponent beyond a thousand million.
    init(_ number: JSONNumber) throws(FlxError) {
        let text = number.text
        if let value = UInt64(text), text.utf8.first != UInt8(ascii: "-") {
            self = .unsigned(value)
            return
        }
        // Most numbers are short: their text says at once what they are.
        if let value = Int64(text), value < 0 {
            self = .negative(UInt64(~value))
            return
        }
        if let double = number.double, double.description == text {
            self = .double(double)
            return
        }
        guard let decimal = DecimalText(text) else {
            throw FlxError(.invalidValue, "the exponent of \(text.prefix(40)) is too large to be kept")
        }
        let isWhole = text.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
        if isWhole, !decimal.digits.isEmpty {
            self = Self.whole(BigInteger(isNegative: decimal.isNegative, digits: text.utf8.drop { $0 == UInt8(ascii: "-") }))
        } else if let double = number.double, DecimalText(double.description) == decimal {
            self = .double(double)
        } else {
            self = .decimal(BigInteger(isNegative: decimal.isNegative, digits: decimal.digits), exponent: decimal.exponent)
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
            JSONNumber(checked: DecimalText.text(isNegative: value.isNegative, digits: value.digits, exponent: exponent))
        }
    }
}

/// The value of a decimal text: its digits without zeros at either end, times a power of ten.
package struct DecimalText: Equatable {
    /// Whether a minus stands before it, also before 0.
    package let isNegative: Bool
    /// The digits in ASCII; none for 0.
    package let digits: [UInt8]
    /// The power of ten that they are multiplied by.
    package let exponent: Int

    private static let exponents = -1_000_000_000...1_000_000_000

    /// Takes a checked JSON number apart; nil for an exponent beyond a thousand million.
    package init?(_ number: String) {
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        var rest = number.utf8[...]
        isNegative = rest.first == UInt8(ascii: "-")
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { exponent -= 1 }
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let power = Int32(Substring(rest)) else { return nil }
                exponent += Int(power)
                rest = rest.prefix(0)
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        guard digits.isEmpty || Self.exponents.contains(exponent) else { return nil }
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
    }

    /// The text of a whole number times a power of ten: with a point where that is short, else with an exponent.
    package static func text(isNegative: Bool, digits: String, exponent: Int) -> String {
        let sign = isNegative ? "-" : ""
        switch exponent {
        case 0: return sign + digits
        case (1 - digits.utf8.count)..<0: return "\(sign)\(digits.dropLast(-exponent)).\(digits.suffix(-exponent))"
        case (-digits.utf8.count - 6)..<0: return "\(sign)0.\(String(repeating: "0", count: -exponent - digits.utf8.count))\(digits)"
        default: return "\(sign)\(digits)e\(exponent)"
        }
    }
}
