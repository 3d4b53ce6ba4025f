public import FlxCore

/// The result of a repair, or of a dry run: the repaired and the remaining faults.
public struct RepairReport: Hashable, Sendable {
    /// The number of events found.
    public let events: Int64
    /// The repaired faults, one sentence each.
    public let mended: [String]
    /// The remaining faults: missing or damaged events. Only a backup can bring them back.
    public let faults: [VerificationReport.Fault]
}
