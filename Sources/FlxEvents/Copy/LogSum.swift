public import FlxCore

/// A sum over a log from its first event: two logs with the same sum have, as good as surely, the same events in the same order with the
/// same versions. It finds mistakes and damage; it does not withstand forgery.
///
/// The algorithm is FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/) over each event's version and CloudEvents JSON.
/// Positions and times of recording are each store's own and not in it.
public struct LogSum: Hashable, Sendable {
    /// The number of events in the sum.
    public private(set) var events: Int64 = 0
    private var hash = ByteHash()
    /// The sum itself.
    public var value: UInt64 { hash.value }

    /// The sum of no event.
    public init() {}

    /// Adds the next event.
    public mutating func add(_ recorded: RecordedEvent) {
        events += 1
        hash.mix(recorded.version.value)
        CloudEventsJSON.encode(recorded.event).withUnsafeBytes { hash.add($0) }
    }
}

extension LogSum: CustomStringConvertible {
    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
