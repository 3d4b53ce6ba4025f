public import FlxCore

/// The result of a copy between stores, with the sums of both ends.
public struct CopyReport: Hashable, Sendable {
    /// The number of events copied by this run; the others were there before.
    public let copied: Int64
    /// The place of the last event of the copy in the source.
    public let sourcePosition: Position
    /// The place of the last event of the copy in the target.
    public let targetPosition: Position
    /// The sum over the events read from the source.
    public let source: LogSum
    /// The sum over the events read back from the target.
    public let target: LogSum
    /// True if each event has the same position in both. Data with positions, such as checkpoints, is then valid in the target, too.
    public let hasSamePositions: Bool

    /// True if the target has exactly the events read from the source.
    public var isSame: Bool { source == target }
}
