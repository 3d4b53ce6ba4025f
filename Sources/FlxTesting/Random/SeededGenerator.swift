/// A random generator with the same numbers for the same seed, so that a failed test can be run again.
///
/// The algorithm is SplitMix64 (Steele, Lea and Flood, 2014): good enough for tests, not for secrets.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator from a seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// Returns a random seed from the system.
    public static func freshSeed() -> UInt64 {
        var system = SystemRandomNumberGenerator()
        return system.next()
    }

    /// Returns the next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    /// Returns a number from 0 to `bound` - 1. The bound must be positive.
    public mutating func number(below bound: Int) -> Int {
        Int(next(upperBound: UInt64(bound)))
    }

    /// Returns a number in the range.
    public mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + number(below: range.count)
    }

    /// Returns true once in `times` calls on average.
    public mutating func once(in times: Int) -> Bool {
        number(below: times) == 0
    }

    /// Returns one of the elements. There must be at least one.
    public mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[number(below: elements.count)]
    }

    /// Returns a subset of the elements in their order. Each is included with a probability of one half.
    public mutating func some<Element>(of elements: [Element]) -> [Element] {
        elements.filter { _ in once(in: 2) }
    }

    /// Returns an independent generator, for another task.
    public mutating func split() -> SeededGenerator {
        SeededGenerator(seed: next())
    }
}
