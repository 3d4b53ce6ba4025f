public import FlxCore

/// The result of a copy between stores, with the sums of both ends.
public struct CopyReport: Hashable, Sendable {
    /// The number of events that this run copied; the others were there.
    public let copied: Int64
    /// The place of the last event of the copy in the source.
    public let sourcePosition: Position
    /// The place of the last event of the copy in the target.
    public let targetPosition: Position
    /// The sum over the events that were read from the source.
    public let source: LogSum
    /// The sum over the events that were read back from the target.
    public let target: LogSum
    /// True if each event stands at the same position in both, so that what is known by positions is so in the target, too.
    public let hasSamePositions: Bool

    /// True if the target holds what was read from the source, and nothing else.
    public var isSame: Bool { source == target }
}
