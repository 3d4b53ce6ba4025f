/// A store with small records beside its log. It changes them together with appends.
///
/// Checkpoints, leases, snapshots and views are such records. FlxEvents defines their meaning once, for every store with records.
///
/// **Records.** A record has a key, a name within a space. Two keys are the same if their bytes are. On each write of a record the store
/// gives it a revision greater than all earlier revisions, also after a restart.
///
/// **Commit.** A ``StoreChange`` is made as a whole or not at all. Readers see all of it or nothing. Once ``commit(_:)`` has returned, it
/// survives the end of the process and of the machine, as far as an append does. A change without events is also made in a cancelled task:
/// an ending reader may still save its position.
///
/// **Reading.** The results of one call are the state of one moment, after all commits that had returned before the call.
public protocol StateStore: EventStore {
    /// Checks the guards of a change, then appends its events and changes its records, in one step.
    ///
    /// The guards are checked first, against the records before the change. Then the events are appended as by
    /// ``EventStore/append(_:unless:)``: events already recorded are not recorded a second time. Then the records change, in the order
    /// given. The guards are checked even if all events are already recorded. So a change with a lost answer can be repeated: if the first
    /// attempt succeeded and has a guard on its own records, the second fails with ``FlxError/Code/stateConflict``.
    ///
    /// - Returns: The places of the events.
    /// - Throws: ``FlxError/Code/stateConflict`` if a guard does not hold; ``FlxError/Code/invalidValue`` or
    ///   ``FlxError/Code/limitExceeded`` for a change beyond a limit; the errors of ``EventStore/append(_:unless:)``. Nothing was kept,
    ///   unless ``FlxError/isOutcomeUnknown`` is true.
    @discardableResult
    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult

    /// The records under some keys, in the order of the keys; nil for a missing record.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a bad key, or for more than 10,000 keys.
    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?]

    /// A page of the records of a space, in the order of their names or of an index.
    /// - Throws: ``FlxError/Code/invalidValue`` for a limit below 1; the errors of ``state(_:)-([StateKey])`` for its keys.
    func state(_ query: StateQuery) async throws(FlxError) -> StatePage

    /// The time of the store's clock, for comparing times between processes with a common store.
    func now() async throws(FlxError) -> Timestamp
}

extension StateStore {
    /// The record under a key; nil if there is none.
    public func state(_ key: StateKey) async throws(FlxError) -> StateRecord? {
        try await state([key])[0]
    }
}

extension FlxError.Code {
    /// A guard of a change does not hold: a record differs from the caller's expectation. Nothing was kept; read the record and try again.
    public static let stateConflict = Self("stateConflict")
}
