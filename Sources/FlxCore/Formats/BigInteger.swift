/// A whole number of any size: enough of one to go from decimal digits to bytes and back.
struct BigInteger: Equatable {
    let isNegative: Bool
    /// The bytes of the magnitude, the most significant first, without zeros before it.
    let magnitude: [UInt8]

    private static let group: UInt64 = 1_000_000_000
    private static let groupDigits = 9

    /// Takes bytes, the most significant first.
    init(isNegative: Bool, magnitude: some Sequence<UInt8>) {
        self.magnitude = Array(magnitude.drop { $0 == 0 })
        self.isNegative = isNegative
    }

    /// Takes decimal digits in ASCII.
    init(isNegative: Bool, digits: some Collection<UInt8>) {
        // Parts of 32 bits, the least significant first.
        var parts: [UInt32] = []
        var rest = digits[...]
        while !rest.isEmpty {
            let count = (rest.count - 1) % Self.groupDigits + 1
            var carry = rest.prefix(count).reduce(UInt64(0)) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
            for index in parts.indices {
                carry += UInt64(parts[index]) * Self.group
                parts[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            if carry > 0 { parts.append(UInt32(carry)) }
            rest = rest.dropFirst(count)
        }
        let bytes = parts.reversed().flatMap { part in (0..<4).map { UInt8(truncatingIfNeeded: part >> (24 - 8 * $0)) } }
        self.init(isNegative: isNegative, magnitude: bytes)
    }

    /// The digits of the magnitude.
    var digits: String {
        var parts: [UInt32] = []
        var bytes = magnitude[...]
        while !bytes.isEmpty {
            parts.append(bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            bytes = bytes.dropLast(4)
        }
        var groups: [String] = []
        while !parts.isEmpty {
            var remainder: UInt64 = 0
            for index in parts.indices.reversed() {
                let value = remainder << 32 | UInt64(parts[index])
                parts[index] = UInt32(value / Self.group)
                remainder = value % Self.group
            }
            while parts.last == 0 { parts.removeLast() }
            let group = String(remainder)
            groups.append(parts.isEmpty ? group : String(repeating: "0", count: Self.groupDigits - group.utf8.count) + group)
        }
        return groups.isEmpty ? "0" : groups.reversed().joined()
    }
}

extension BigInteger: CustomStringConvertible {
    var description: String { (isNegative ? "-" : "") + digits }

    /// −1 − n for this n, as two's complement has it.
    var complement: BigInteger {
        guard isNegative else {
            var bytes = [0] + magnitude
            for index in bytes.indices.reversed() {
                bytes[index] &+= 1
                if bytes[index] != 0 { break }
            }
            return BigInteger(isNegative: true, magnitude: bytes)
        }
        var bytes = magnitude
        for index in bytes.indices.reversed() {
            bytes[index] &-= 1
            if bytes[index] != 0xFF { break }
        }
        return BigInteger(isNegative: false, magnitude: bytes)
    }
}
