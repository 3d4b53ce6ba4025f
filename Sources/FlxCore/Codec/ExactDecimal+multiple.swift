extension ExactDecimal {
    /// Returns true if it is the other one times a whole number; nothing but 0 is a multiple of 0.
    package func isMultiple(of divisor: ExactDecimal) -> Bool {
        guard !digits.isEmpty else { return true }
        // A greater divisor ends in a zero; these digits do not.
        guard !divisor.digits.isEmpty, exponent >= divisor.exponent else { return false }
        // A zero more brings one factor 2 and one factor 5; no divisor has more of either than it has bits.
        let zeros = min(exponent - divisor.exponent, Int128(divisor.digits.count) * 4)
        return DecimalRemainder(of: digits, zeros: Int(zeros), dividedBy: divisor.digits).isZero
    }

    /// A measure of the work of ``isMultiple(of:)``: about the number of additions.
    package func cost(dividedBy divisor: ExactDecimal) -> Int {
        // One step pairs nine digits of the divisor with nine digits or zeros of the number.
        (1 + divisor.digits.count / 9) * (1 + (digits.count + 4 * divisor.digits.count) / 9)
    }
}

/// The remainder of a division of decimal digits, in groups of nine.
private struct DecimalRemainder {
    private static let base: UInt64 = 1_000_000_000
    private static let width = 9

    /// The groups of the divisor, the least significant first.
    private let divisor: [UInt64]
    /// As many groups and one more; less than the divisor.
    private var rest: [UInt64]

    init(of digits: [UInt8], zeros: Int, dividedBy divisor: [UInt8]) {
        self.divisor = Self.groups(divisor).reversed()
        rest = Array(repeating: 0, count: self.divisor.count + 1)
        for group in Self.groups(digits + Array(repeating: UInt8(ascii: "0"), count: zeros)) { append(group) }
    }

    var isZero: Bool { rest.allSatisfy { $0 == 0 } }

    /// Nine digits in each group but the first.
    private static func groups(_ digits: [UInt8]) -> [UInt64] {
        var (groups, rest) = ([UInt64](), digits[...])
        while !rest.isEmpty {
            let count = (rest.count - 1) % width + 1
            groups.append(rest.prefix(count).reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) })
            rest = rest.dropFirst(count)
        }
        return groups
    }

    /// Adds a group at the end of the rest, and divides again.
    private mutating func append(_ group: UInt64) {
        rest.removeLast()
        rest.insert(group, at: 0)
        while true {
            // The first groups give a quotient that is never too great, and near after one or two steps.
            let quotient = UInt64(leading(rest, divisor.count + 1) / (leading(divisor, divisor.count) + 1))
            guard quotient > 0 else { break }
            subtract(quotient)
        }
        if !isLess { subtract(1) }
    }

    /// Up to three groups from the second one of the divisor on, as one number.
    private func leading(_ groups: [UInt64], _ count: Int) -> UInt128 {
        groups[max(0, divisor.count - 2)..<count].reversed().reduce(0) { $0 * UInt128(Self.base) + UInt128($1) }
    }

    private var isLess: Bool {
        guard rest[divisor.count] == 0 else { return false }
        for index in divisor.indices.reversed() where rest[index] != divisor[index] { return rest[index] < divisor[index] }
        return false
    }

    private mutating func subtract(_ times: UInt64) {
        var borrow: UInt64 = 0
        for index in divisor.indices {
            let part = divisor[index] * times + borrow
            let (low, high) = (part % Self.base, part / Self.base)
            borrow = rest[index] < low ? high + 1 : high
            rest[index] = rest[index] < low ? rest[index] + Self.base - low : rest[index] - low
        }
        rest[divisor.count] -= borrow
    }
}
