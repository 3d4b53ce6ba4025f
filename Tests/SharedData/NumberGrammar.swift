/// Numbers of JSON as nobody writes them by hand: at the ends of types, with great exponents, many digits and zeros in all places.
package enum NumberGrammar {
    /// A number; one in a hundred is longer than a reader takes.
    package static func number(using random: inout some RandomNumberGenerator) -> String {
        let sign = Int.random(in: 0..<3, using: &random) == 0 ? "-" : ""
        return sign + whole(&random) + fraction(&random) + exponent(&random)
    }

    /// Whole numbers at the ends of what 8 to 128 bits and the digits of a Double hold, and next to them.
    package static let edges: [String] = [7, 8, 15, 16, 31, 32, 53, 63, 64].flatMap { bits in
        (-2...2).map { String((Int128(1) << bits) + $0) }
    } + ["170141183460469231731687303715884105727", "340282366920938463463374607431768211455", "340282366920938463463374607431768211456"]

    private static func whole(_ random: inout some RandomNumberGenerator) -> String {
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1: "0"
        case 2, 3: String(Int.random(in: 1...999, using: &random))
        case 4, 5: edges.randomElement(using: &random) ?? "1"
        case 6: "1" + String(repeating: "0", count: Int.random(in: 1...300, using: &random))
        case 7: "9" + digits(1...45, &random)
        default: "7" + digits(1...(Int.random(in: 0..<20, using: &random) == 0 ? 1_100 : 400), &random)
        }
    }

    private static func fraction(_ random: inout some RandomNumberGenerator) -> String {
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: ""
        case 2: "." + String(repeating: "0", count: Int.random(in: 1...300, using: &random))
        case 3: "." + digits(1...3, &random)
        case 4: "." + digits(8...21, &random)
        default: "." + String(repeating: "0", count: Int.random(in: 0...40, using: &random)) + digits(1...300, &random)
        }
    }

    private static func exponent(_ random: inout some RandomNumberGenerator) -> String {
        let mark = Bool.random(using: &random) ? "e" : "E"
        let sign = ["", "+", "-", "-"].randomElement(using: &random) ?? ""
        let near = Int128.random(in: -3...3, using: &random)
        let zeros = String(repeating: "0", count: Int.random(in: 0..<8, using: &random) == 0 ? 30 : 0)
        switch Int.random(in: 0..<10, using: &random) {
        case 0, 1: return ""
        case 2, 3: return mark + sign + zeros + String(Int.random(in: 0...40, using: &random))
        case 4: return mark + sign + zeros + String(Int.random(in: 290...420, using: &random))
        case 5: return mark + sign + zeros + String(1_000_000 + near)
        case 6: return mark + sign + zeros + String((Int128(1) << 31) + near)
        case 7, 8: return mark + sign + zeros + String((Int128(1) << (Bool.random(using: &random) ? 63 : 64)) + near)
        default: return mark + sign + "9" + digits(15...60, &random)
        }
    }

    private static func digits(_ count: ClosedRange<Int>, _ random: inout some RandomNumberGenerator) -> String {
        String((0..<Int.random(in: count, using: &random)).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
    }
}

/// The value of a number, written out without an exponent: slow, obvious, and only for exponents that are not great.
package struct PlainDecimal: Equatable {
    /// Digits before the point, without zeros in front.
    package let whole: String
    /// Digits after the point, without zeros at the end.
    package let fraction: String
    /// Never set for 0.
    package let isNegative: Bool

    /// Writes a number out; nil where its exponent is beyond 3,000 and its digits are not all 0.
    package init?(_ number: String) {
        let parts = number.split(separator: "e", omittingEmptySubsequences: false).flatMap { $0.split(separator: "E") }
        let digits = parts[0].drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        var (before, after) = (String(digits[0]), digits.count > 1 ? String(digits[1]) : "")
        let isZero = (before + after).allSatisfy { $0 == "0" }
        let exponent = parts.count > 1 ? Int(parts[1]) : 0
        guard let shift = isZero ? 0 : exponent, abs(max(shift, -.max)) <= 3_000 else { return nil }
        if shift > 0 {
            after += String(repeating: "0", count: max(0, shift - after.count))
            before += after.prefix(shift)
            after = String(after.dropFirst(shift))
        } else {
            before = String(repeating: "0", count: max(0, -shift - before.count)) + before
            after = before.suffix(-shift) + after
            before = String(before.dropLast(-shift))
        }
        whole = String(before.drop { $0 == "0" })
        fraction = String(String(after.reversed()).drop { $0 == "0" }.reversed())
        isNegative = number.hasPrefix("-") && !isZero
    }

    /// The text of a whole number; nil for any other.
    package var integer: String? { fraction.isEmpty ? (isNegative ? "-" : "") + (whole.isEmpty ? "0" : whole) : nil }

    /// Below, at or above 0 as it is less than, equal to or greater than the other one.
    package func compared(to other: PlainDecimal) -> Int {
        guard isNegative == other.isNegative else { return isNegative ? -1 : 1 }
        let sign = isNegative ? -1 : 1
        if whole.count != other.whole.count { return whole.count < other.whole.count ? -sign : sign }
        if whole != other.whole { return whole < other.whole ? -sign : sign }
        if fraction == other.fraction { return 0 }
        return fraction < other.fraction ? -sign : sign
    }
}
