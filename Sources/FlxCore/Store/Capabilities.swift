// What some stores can do beyond the contract. Each is found by a `where` clause or a cast where a program is put together.

/// A store that keeps how far named readers have come, as durably as its events.
public protocol CheckpointStore: Sendable {
    /// Where the reader stands; nil when it never saved.
    func checkpoint(_ name: String) async throws(FlxError) -> Position?

    /// Saves where the reader stands, or forgets the reader with nil.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a name that is not 1 to 256 printable bytes.
    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError)
}

/// A store that can list what it holds.
public protocol StreamDirectory: Sendable {
    /// The first streams whose names begin with the prefix and stand after a name, in the byte order of their names, at most `limit`.
    func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary]

    /// All types with their counts, in the byte order of their names.
    func types() async throws(FlxError) -> [TypeSummary]
}

/// A store that can say how much it holds, at a cost that does not grow with it.
public protocol StoreStatistics: Sendable {
    /// The figures, as of one moment.
    func statistics() async throws(FlxError) -> StatisticsSnapshot
}

/// A store that can prove that what it holds is what was appended.
public protocol VerifiableStore: Sendable {
    /// Reads everything and compares each event with its checksum, its indexes and its neighbours, while the store goes on working.
    ///
    /// - Parameter progress: Is told now and then how many of how many events are done.
    /// - Returns: The faults found, at most 1,000, in the order of positions; none when all is well.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled meanwhile; what keeps the store from being read.
    func verify(progress: @Sendable (_ done: Int64, _ total: Int64) -> Void) async throws(FlxError) -> VerificationReport
}
