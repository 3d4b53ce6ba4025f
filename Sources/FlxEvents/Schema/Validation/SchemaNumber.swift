import FlxCore

/// A number of a schema or of a value, by its value: exact up to 38 digits, and beyond that the nearest `Double`.
struct SchemaNumber: Hashable, Sendable {
    private enum Value: Hashable, Sendable {
        case int(Int64)
        case decimal(JSONDecimal)
        case double(Double)
    }

    /// As it is written.
    let text: String
    private let value: Value

    init(_ number: JSONNumber) {
        text = number.text
        if let int = Int64(text) {
            value = .int(int)
        } else if let decimal = JSONDecimal(text) {
            value = .decimal(decimal)
        } else {
            value = .double(number.double ?? (text.hasPrefix("-") ? -.infinity : .infinity))
        }
    }

    /// Whether it is whole.
    var isInteger: Bool {
        switch value {
        case .int: true
        case .decimal(let decimal): decimal.exponent >= 0
        // More than 38 digits after a point that are not all 0 leave a rest.
        case .double: !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        }
    }

    /// Whether it is known exactly, and not as the nearest `Double`.
    var isExact: Bool { decimal != nil }

    /// A text that is the same for the same value.
    var canonical: String {
        switch value {
        case .int(let int):
            var (rest, zeros) = (int, 0)
            while rest != 0, rest % 10 == 0 { (rest, zeros) = (rest / 10, zeros + 1) }
            return "\(rest)e\(zeros)"
        case .decimal(let decimal):
            return "\(decimal.isNegative && decimal.magnitude != 0 ? "-" : "")\(decimal.magnitude)e\(decimal.exponent)"
        case .double: return text
        }
    }

    private var decimal: JSONDecimal? {
        if case .decimal(let decimal) = value { decimal } else { JSONDecimal(text) }
    }

    private var double: Double { Double(text) ?? 0 }

    static func < (left: Self, right: Self) -> Bool { left.compare(right) < 0 }

    static func <= (left: Self, right: Self) -> Bool { left.compare(right) <= 0 }

    /// Less than, equal to or greater than 0 as the other is greater, equal or less.
    private func compare(_ other: Self) -> Int {
        if case .int(let left) = value, case .int(let right) = other.value { return left < right ? -1 : left == right ? 0 : 1 }
        guard let left = decimal, let right = other.decimal else {
            return double < other.double ? -1 : double == other.double ? 0 : 1
        }
        return left.compare(right)
    }

    /// Whether it is the other one times a whole number.
    func isMultiple(of other: Self) -> Bool {
        guard let left = decimal, let right = other.decimal else {
            return (double / other.double).rounded() == double / other.double
        }
        return left.isMultiple(of: right)
    }
}

extension JSONDecimal {
    fileprivate func compare(_ other: JSONDecimal) -> Int {
        let (sign, otherSign) = (signum, other.signum)
        guard sign == otherSign, sign != 0 else { return sign - otherSign }
        return sign * compareMagnitude(other)
    }

    private var signum: Int { magnitude == 0 ? 0 : isNegative ? -1 : 1 }

    private func compareMagnitude(_ other: JSONDecimal) -> Int {
        let (digits, otherDigits) = (String(magnitude).utf8.count, String(other.magnitude).utf8.count)
        // Where the first digits stand decides, unless it is the same place.
        let (place, otherPlace) = (digits + exponent, otherDigits + other.exponent)
        guard place == otherPlace else { return place < otherPlace ? -1 : 1 }
        let most = max(digits, otherDigits)
        guard let left = scaled(by: most - digits), let right = other.scaled(by: most - otherDigits) else { return 0 }
        return left < right ? -1 : left == right ? 0 : 1
    }

    fileprivate func isMultiple(of divisor: JSONDecimal) -> Bool {
        guard magnitude != 0, divisor.magnitude != 0 else { return magnitude == 0 }
        let (shift, overflow) = exponent.subtractingReportingOverflow(divisor.exponent)
        guard !overflow else { return false }
        guard shift >= 0 else {
            // The digits end in no 0, so that only few divisors of this kind can fit.
            guard let scaled = divisor.scaled(by: -shift) else { return false }
            return magnitude % scaled == 0
        }
        return Self.product(magnitude % divisor.magnitude, power(shift, modulo: divisor.magnitude), modulo: divisor.magnitude) == 0
    }

    /// 10 to a power, by squaring.
    private func power(_ exponent: Int, modulo divisor: UInt128) -> UInt128 {
        var (result, base, rest) = (1 % divisor, 10 % divisor, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = Self.product(result, base, modulo: divisor) }
            base = Self.product(base, base, modulo: divisor)
            rest >>= 1
        }
        return result
    }

    private static func product(_ left: UInt128, _ right: UInt128, modulo divisor: UInt128) -> UInt128 {
        divisor.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
}
