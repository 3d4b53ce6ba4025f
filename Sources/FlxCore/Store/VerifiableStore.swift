/// A store with a verification of its content against the appended events.
public protocol VerifiableStore: Sendable {
    /// Reads everything and compares each event with its checksum, its indexes and its neighbours. The store stays in use meanwhile.
    ///
    /// - Parameter progress: Called repeatedly with the number of verified events and the total.
    /// - Returns: The faults found, at most 1,000, in the order of positions; none if all is well.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled meanwhile; errors that prevent reading the store.
    func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport
}
