/// An instant: nanoseconds since 1970-01-01T00:00:00Z, from 1677-09-21T00:12:43.145224192Z to 2262-04-11T23:47:16.854775807Z.
///
/// Its texts are those of RFC 3339. An offset is understood on reading and becomes UTC; a leap second becomes the second after it.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970, without leap seconds.
    public let nanoseconds: Int64

    /// Makes an instant of nanoseconds since 1970.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Earlier instants are smaller.
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant after a duration, limited to the range of the type.
    public func advanced(by duration: Duration) -> Timestamp {
        Timestamp(nanoseconds: Int64(clamping: Int128(nanoseconds) + duration.attoseconds / 1_000_000_000))
    }

    /// The time from another instant to this one.
    public func duration(since other: Timestamp) -> Duration {
        .nanoseconds(nanoseconds) - .nanoseconds(other.nanoseconds)
    }
}

/// The source of time for all of FLX Events: the system's clock, or one controlled by a test.
public struct EventClock: Sendable {
    private let read: @Sendable () -> Timestamp

    /// Makes a clock of a function.
    public init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    /// The instant now.
    public func now() -> Timestamp { read() }
}
