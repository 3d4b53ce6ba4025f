public import FlxCore

/// What a repair has mended, or would mend, and what it cannot.
public struct RepairReport: Hashable, Sendable {
    /// The number of events that are there.
    public let events: Int64
    /// What was wrong and no longer is, a sentence each.
    public let mended: [String]
    /// What is still wrong: events that are missing or damaged. Only a backup has them.
    public let faults: [VerificationReport.Fault]
}
