/// The exact value of a JSON number: whole digits times a power of ten, in one form for all texts of the same value.
///
/// Any number of digits is exact, and so is every exponent of up to 37 digits; a longer one counts as 10^37. Work and memory grow with the
/// length of the text, never with the size of the number: `1e1000000000` has one digit.
package struct ExactDecimal: Hashable, Sendable {
    /// True if it is less than 0.
    package let isNegative: Bool
    /// The digits in ASCII, without zeros at either end; none for 0.
    package let digits: [UInt8]
    /// The power of ten to multiply the digits by; 0 for 0.
    package let exponent: Int128

    /// Far from the ends of the type: the digits of a text in memory cannot move an exponent across them.
    private static let greatestExponent: Int128 = 10_000_000_000_000_000_000_000_000_000_000_000_000

    /// The value of a number.
    package init(_ number: JSONNumber) {
        self.init(number: number.text)
    }

    /// Creates the value of a valid JSON number.
    init(number text: String) {
        var digits: [UInt8] = []
        var exponent: Int128 = 0
        var isFraction = false
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { exponent -= 1 }
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent += Self.power(Substring(rest))
                rest = rest.prefix(0)
            default: break
            }
        }
        let zeros = digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeLast(zeros)
        self.isNegative = isNegative && !digits.isEmpty
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : Self.clamped(exponent + Int128(zeros))
    }

    private static func power(_ text: Substring) -> Int128 {
        clamped(Int128(text) ?? (text.utf8.first == UInt8(ascii: "-") ? .min : .max))
    }

    private static func clamped(_ exponent: Int128) -> Int128 {
        max(-greatestExponent, min(exponent, greatestExponent))
    }

    /// True if it is whole.
    package var isWhole: Bool { exponent >= 0 }

    /// The magnitude times a power of ten, if the product is a whole number of 128 bits.
    package func magnitude(timesTenTo power: Int = 0) -> UInt128? {
        let zeros = exponent + Int128(power)
        // 2^128 has 39 digits.
        guard !digits.isEmpty else { return 0 }
        guard zeros >= 0, zeros <= 38, digits.count <= 39 else { return nil }
        var value: UInt128 = 0
        for digit in digits + Array(repeating: UInt8(ascii: "0"), count: Int(zeros)) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt128(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// Sign and magnitude of a whole number of up to 64 bits; nil for any other.
    var integer: (isNegative: Bool, magnitude: UInt64)? {
        magnitude().flatMap(UInt64.init(exactly:)).map { (isNegative, $0) }
    }

    /// The value of a whole number of 64 bits; nil for any other.
    package var int64: Int64? {
        guard let (isNegative, magnitude) = integer else { return nil }
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
}

extension ExactDecimal: Comparable {
    /// By value.
    package static func < (left: Self, right: Self) -> Bool { left.compared(to: right) < 0 }

    /// Below, at or above 0 as it is less than, equal to or greater than the other one.
    package func compared(to other: Self) -> Int {
        guard signum == other.signum, signum != 0 else { return (signum - other.signum).signum() }
        // The place of the first digit decides, if the places differ.
        let (place, otherPlace) = (exponent + Int128(digits.count), other.exponent + Int128(other.digits.count))
        if place != otherPlace { return place < otherPlace ? -signum : signum }
        return digits == other.digits ? 0 : digits.lexicographicallyPrecedes(other.digits) ? -signum : signum
    }

    private var signum: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }
}

extension ExactDecimal: CustomStringConvertible {
    /// A JSON number, the same text for the same value.
    package var description: String {
        "\(isNegative ? "-" : "")\(digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self))e\(exponent)"
    }

    /// The text of a whole number times a power of ten: with a point if that is short, else with an exponent.
    ///
    /// If another text of the number has more than 900 bytes, this one is not longer. A reader of the other text can therefore read this
    /// one.
    package static func text(isNegative: Bool, digits: String, exponent: Int) -> String {
        let plain = plainText(isNegative: isNegative, digits: digits, exponent: exponent)
        guard digits.utf8.count > 900, exponent < 0 else { return plain }
        let power = exponent + digits.utf8.count - 1
        let scientific = "\(isNegative ? "-" : "")\(digits.prefix(1)).\(digits.dropFirst())e\(power)"
        return scientific.utf8.count < plain.utf8.count ? scientific : plain
    }

    private static func plainText(isNegative: Bool, digits: String, exponent: Int) -> String {
        let sign = isNegative ? "-" : ""
        switch exponent {
        case 0: return sign + digits
        case (1 - digits.utf8.count)..<0: return "\(sign)\(digits.dropLast(-exponent)).\(digits.suffix(-exponent))"
        case (-digits.utf8.count - 6)..<0: return "\(sign)0.\(String(repeating: "0", count: -exponent - digits.utf8.count))\(digits)"
        default: return "\(sign)\(digits)e\(exponent)"
        }
    }
}
