/// A place in the log: the first event is at 1, and later events have higher positions.
///
/// Positions of a store only grow and are never reused; they may have gaps. ``start`` (0) is before every event.
public struct Position: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number, 0 or more.
    public let value: Int64

    /// The place before the first event.
    public static let start = Position(unchecked: 0)
    /// The place after every possible event.
    public static let end = Position(unchecked: .max)

    /// Makes a position of a number.
    /// - Throws: ``FlxError/Code/invalidValue`` for a negative number.
    public init(_ value: Int64) throws(FlxError) {
        guard value >= 0 else { throw FlxError(.invalidValue, "position \(value): must be 0 or more") }
        self.value = value
    }

    /// Creates a position without a check, for drivers.
    package init(unchecked value: Int64) {
        self.value = value
    }

    /// The one after it. The greatest number stays.
    public var next: Self { Self(unchecked: value == .max ? value : value + 1) }

    /// Earlier places are smaller.
    public static func < (left: Position, right: Position) -> Bool { left.value < right.value }

    /// The number in decimal digits.
    public var description: String { String(value) }
}

/// The number of events in a stream up to and with an event: its first event has version 1; an empty stream is at 0.
public struct Version: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number, 0 or more.
    public let value: Int64

    /// The version of a stream without events.
    public static let none = Version(unchecked: 0)

    /// Makes a version of a number.
    /// - Throws: ``FlxError/Code/invalidValue`` for a negative number.
    public init(_ value: Int64) throws(FlxError) {
        guard value >= 0 else { throw FlxError(.invalidValue, "version \(value): must be 0 or more") }
        self.value = value
    }

    /// Creates a version without a check, for drivers.
    package init(unchecked value: Int64) {
        self.value = value
    }

    /// The one after it. The greatest number stays.
    public var next: Self { Self(unchecked: value == .max ? value : value + 1) }

    /// Earlier versions are smaller.
    public static func < (left: Version, right: Version) -> Bool { left.value < right.value }

    /// The number in decimal digits.
    public var description: String { String(value) }
}

extension Position: ExpressibleByIntegerLiteral {
    /// A literal position; a negative literal is a programmer's error and traps.
    public init(integerLiteral value: Int64) {
        precondition(value >= 0, "a position is 0 or more")
        self.value = value
    }
}

extension Version: ExpressibleByIntegerLiteral {
    /// A literal version; a negative literal is a programmer's error and traps.
    public init(integerLiteral value: Int64) {
        precondition(value >= 0, "a version is 0 or more")
        self.value = value
    }
}
