#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension StateEntry {
    /// Creates an entry with a time. Its index is in the order of time.
    public init(_ index: String, _ time: Timestamp) { self.init(index, .time(time)) }

    /// Creates an entry with a date. Its index is in the order of time.
    public init(_ index: String, _ date: Date) { self.init(index, .time(date)) }
}

extension StateEntry.Value {
    /// A time: the number of its nanoseconds since 1970.
    public static func time(_ time: Timestamp) -> Self { .number(time.nanoseconds) }

    /// A date, as the time that ``FlxCore/Timestamp/init(clamping:)`` makes of it.
    public static func time(_ date: Date) -> Self { .time(Timestamp(clamping: date)) }
}
