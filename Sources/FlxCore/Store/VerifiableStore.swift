/// A store that can verify its content against what was appended.
public protocol VerifiableStore: Sendable {
    /// Reads everything and compares each event with its checksum, its indexes and its neighbours, while the store goes on working.
    ///
    /// - Parameter progress: Called repeatedly with the number of verified events and the total.
    /// - Returns: The faults found, at most 1,000, in the order of positions; none when all is well.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled meanwhile; what keeps the store from being read.
    func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport
}
