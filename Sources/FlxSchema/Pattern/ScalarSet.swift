/// A set of Unicode scalars: ranges and properties, or everything but these.
struct ScalarSet: Hashable, Sendable {
    /// Parted ranges in ascending order.
    private let ranges: [ClosedRange<UInt32>]
    private let properties: ScalarProperties
    private let isNegated: Bool
    /// The answer for the first 128 scalars, a bit each.
    private let ascii: UInt128

    /// Makes a set of its parts.
    init(_ ranges: [ClosedRange<UInt32>], properties: ScalarProperties = ScalarProperties(), isNegated: Bool = false) {
        self.ranges = Self.parted(ranges)
        self.properties = properties
        self.isNegated = isNegated
        var bits: UInt128 = 0
        for range in self.ranges where range.lowerBound < 128 {
            for value in range.lowerBound...min(range.upperBound, 127) { bits |= 1 << UInt128(value) }
        }
        bits |= properties.ascii
        ascii = isNegated ? ~bits : bits
    }

    /// Returns true if the scalar is in the set.
    func contains(_ value: UInt32) -> Bool {
        if value < 128 { return ascii >> UInt128(value) & 1 == 1 }
        return (isInRange(value) || properties.holds(value)) != isNegated
    }

    private func isInRange(_ value: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }

    /// The same scalars in disjoint ranges, in ascending order.
    private static func parted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        guard ranges.count > 1 else { return ranges }
        var result: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}

extension ScalarSet {
    private static let digitRanges: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let wordRanges: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    private static let spaceRanges: [ClosedRange<UInt32>] = [
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F,
        0x3000...0x3000, 0xFEFF...0xFEFF,
    ]

    /// The scalars of `.`: all but the ends of lines.
    static let dot = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)
    /// The scalars of `\w`.
    static let word = ScalarSet(wordRanges)

    /// The ranges for a class of one letter, such as the `d` of `\d`; nil for other letters.
    static func ranges(ofClass letter: Unicode.Scalar) -> [ClosedRange<UInt32>]? {
        switch letter {
        case "d": digitRanges
        case "D": complement(of: digitRanges)
        case "w": wordRanges
        case "W": complement(of: wordRanges)
        case "s": spaceRanges
        case "S": complement(of: spaceRanges)
        default: nil
        }
    }

    /// Returns the gaps between ranges in ascending order.
    private static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var (result, next) = ([ClosedRange<UInt32>](), UInt32(0))
        for range in ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        return result + [next...0x10FFFF]
    }
}
