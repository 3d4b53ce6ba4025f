/// A number of up to 38 significant digits, exact: `magnitude` × 10^`exponent`, without zeros at the end of its digits.
package struct JSONDecimal: Hashable, Sendable {
    /// Whether a minus stands before it.
    package let isNegative: Bool
    /// Its digits, without zeros at the end.
    package let magnitude: UInt128
    /// The power of ten that they count.
    package let exponent: Int

    /// Takes a checked JSON number apart; nil if it has more digits than fit.
    package init?(_ number: String) {
        var magnitude: UInt128 = 0
        var exponent = 0
        var pendingZeros = 0
        var isNegative = false
        var isFraction = false
        var bytes = number.utf8[...]
        if bytes.first == UInt8(ascii: "-") {
            isNegative = true
            bytes = bytes.dropFirst()
        }
        while let byte = bytes.first, byte | 0x20 != UInt8(ascii: "e") {
            bytes = bytes.dropFirst()
            guard byte != UInt8(ascii: ".") else {
                isFraction = true
                continue
            }
            if isFraction { exponent -= 1 }
            if byte == UInt8(ascii: "0") {
                // Zeros count only once another digit follows.
                if magnitude != 0 { pendingZeros += 1 }
                continue
            }
            for digit in repeatElement(0, count: min(pendingZeros, 40)) + [UInt128(byte - UInt8(ascii: "0"))] {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(digit)
                guard !overflow, !carry else { return nil }
                magnitude = sum
            }
            pendingZeros = 0
        }
        exponent += pendingZeros
        if !bytes.isEmpty {
            let text = Substring(bytes.dropFirst())
            // More digits than an Int has: the number is 0 or beyond every type, which a great exponent says as well.
            exponent += Int(text) ?? (text.first == "-" ? -1_000_000 : 1_000_000)
        }
        self.isNegative = isNegative
        self.magnitude = magnitude
        self.exponent = magnitude == 0 ? 0 : exponent
    }

    /// Sign and magnitude of a whole number of up to 64 bits; nil for any other.
    var integer: (isNegative: Bool, magnitude: UInt64)? {
        guard exponent >= 0, let scaled = scaled(by: exponent), let magnitude = UInt64(exactly: scaled) else { return nil }
        return (isNegative, magnitude)
    }

    /// The magnitude with zeros added; nil if it outgrows 128 bits.
    package func scaled(by zeros: Int) -> UInt128? {
        guard magnitude != 0 else { return 0 }
        guard zeros >= 0, zeros <= 38 else { return nil }
        var value = magnitude
        for _ in 0..<zeros {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
        }
        return value
    }
}
