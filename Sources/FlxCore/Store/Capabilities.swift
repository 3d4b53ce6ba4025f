// The capabilities of some stores beyond the contract. Programs find them by a `where` clause or a cast.

/// A store that keeps the positions of named readers, as durably as its events.
public protocol CheckpointStore: Sendable {
    /// The position of the reader; nil if it never saved one.
    func checkpoint(_ name: String) async throws(FlxError) -> Position?

    /// Saves the position of the reader, or forgets the reader with nil.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a name that is not 1 to 256 printable bytes.
    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError)
}

/// A store that can verify its content against what was appended.
public protocol VerifiableStore: Sendable {
    /// Reads everything and compares each event with its checksum, its indexes and its neighbours, while the store goes on working.
    ///
    /// - Parameter progress: Called repeatedly with the number of verified events and the total.
    /// - Returns: The faults found, at most 1,000, in the order of positions; none when all is well.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled meanwhile; what keeps the store from being read.
    func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport
}
