/// A store that keeps small records beside its log, and changes them together with appends.
///
/// Checkpoints, leases, snapshots and views are made of such records. Their meaning is written once, in FlxEvents, for every store that has
/// records.
///
/// **Records.** A record stands under a key, a name within a space. Two keys are the same if their bytes are. Each time that a record is
/// written, the store gives it a revision greater than all revisions that it gave before, also after a restart.
///
/// **Commit.** A ``StoreChange`` is made as a whole or not at all. Readers see all of it or nothing. Once ``commit(_:)`` has returned,
/// it survives the end of the process and of the machine, as far as an append does. A change without events is also made in a task
/// that is cancelled: a reader that ends may still save its position.
///
/// **Reading.** What one call returns is the state of one moment, which is after all commits that had returned before the call.
public protocol StateStore: EventStore {
    /// Checks the guards of a change, then appends its events and changes its records, in one step.
    ///
    /// The guards are checked first, against the records as they were before the change; then the events are appended as
    /// ``EventStore/append(_:unless:)`` does, so that events that are recorded already are not recorded again; then the records change,
    /// in the order given. The guards are checked even if all events are recorded already. So a change whose answer was lost can be made
    /// again: if it was made before and has a guard on what it changes, it fails with ``FlxError/Code/stateConflict``.
    ///
    /// - Returns: The places of the events.
    /// - Throws: ``FlxError/Code/stateConflict`` if a guard does not hold; ``FlxError/Code/invalidValue`` or
    ///   ``FlxError/Code/limitExceeded`` for a change that breaks a limit; the errors of ``EventStore/append(_:unless:)``. Nothing was
    ///   kept, unless ``FlxError/isOutcomeUnknown`` is true.
    @discardableResult
    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult

    /// The records under some keys, in the order of the keys; nil where there is none.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a bad key, or for more than 10,000 keys.
    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?]

    /// A page of the records of a space, in the order of their names or of an index.
    /// - Throws: ``FlxError/Code/invalidValue`` for a limit below 1; the errors of ``state(_:)-([StateKey])`` for its keys.
    func state(_ query: StateQuery) async throws(FlxError) -> StatePage

    /// The time of the store's clock. Processes that share a store compare their times by it.
    func now() async throws(FlxError) -> Timestamp
}

extension StateStore {
    /// The record under a key; nil if there is none.
    public func state(_ key: StateKey) async throws(FlxError) -> StateRecord? {
        try await state([key])[0]
    }
}

extension FlxError.Code {
    /// A guard of a change does not hold: a record is not as the caller took it to be. Nothing was kept; read it again.
    public static let stateConflict = Self("stateConflict")
}
