import FlxCore

/// The writer's side of the records beside the log. It works within the transactions of the ``Log`` that owns it.
struct StateWriting {
    /// The number of revisions that are reserved at a time, so that most changes do not write them down.
    private static let reserve: Int64 = 1_000
    /// The maximum number of known spaces.
    private static let capacity = 10_000

    /// The last revision that was given, and the last one that may be given before more are reserved.
    private struct Revisions {
        var last: Int64
        var reserved: Int64
    }

    private let reading: StateReading
    private let statements: StateStatements
    private var spaces: [ExactText: Int64] = [:]
    private var revisions: Revisions?
    /// The records of volatile spaces, and what the open transaction changed among them.
    private var volatile = StateTable()
    private var former = StateTable.Former()
    /// True if removed spaces may still have records to be deleted.
    private(set) var hasRemains = true

    init(_ handle: Handle) throws(FlxError) {
        reading = try StateReading(handle)
        statements = try StateStatements(handle)
    }

    // MARK: Transactions

    /// Takes note that the changes are committed.
    mutating func didCommit() {
        former = StateTable.Former()
    }

    /// Takes note that the changes are undone.
    mutating func didRollBack() {
        volatile.undo(former)
        former = StateTable.Former()
    }

    /// Forgets what was read from the tables.
    mutating func forget() {
        spaces.removeAll(keepingCapacity: true)
        revisions = nil
    }

    // MARK: Reading

    /// The records under some keys.
    func records(_ keys: [StateKey]) throws(FlxError) -> [StateRecord?] { try reading.records(keys, with: volatile) }

    /// A page of records.
    func page(_ query: StateQuery, pageBytes: Int) throws(FlxError) -> StatePage {
        try reading.page(query, pageBytes: pageBytes, with: volatile)
    }

    // MARK: Changing

    /// Checks that all guards hold.
    mutating func check(_ guards: [StateGuard]) throws(FlxError) {
        for guarding in guards {
            let record = try record(guarding.key)
            guard guarding.holds(of: record?.number, revision: record?.revision) else { throw guarding.refusal }
        }
    }

    private mutating func record(_ key: StateKey) throws(FlxError) -> StateRecord? {
        if key.space.lifetime == .volatile { return volatile.record(key) }
        return if let space = try id(of: key.space) { try reading.record(key, in: space) } else { nil }
    }

    /// Makes changes. After a failure, the transaction must be rolled back.
    mutating func make(_ edits: [StateEdit]) throws(FlxError) {
        for edit in edits {
            switch edit {
            case .put(let record):
                let revision = try nextRevision()
                if record.key.space.lifetime == .volatile {
                    volatile.make(edit.stamped(revision), &former)
                } else {
                    try statements.put(record, revision: revision, in: try idOrNew(of: record.key.space))
                }
            case .remove(let key) where key.space.lifetime == .durable:
                if let space = try id(of: key.space) { try statements.remove(key.name, in: space) }
            case .removeAll(let space) where space.lifetime == .durable:
                guard let id = try id(of: space) else { continue }
                try statements.disown(id)
                spaces[ExactText(space.name)] = nil
                hasRemains = true
            case .remove, .removeAll: volatile.make(edit, &former)
            }
        }
    }

    /// Deletes a part of the records of a removed space.
    /// - Returns: False if there was none.
    mutating func sweep() throws(FlxError) -> Bool {
        hasRemains = try statements.sweep()
        return hasRemains
    }

    private mutating func nextRevision() throws(FlxError) -> Int64 {
        var revisions = if let revisions { revisions } else { try loadedRevisions() }
        let revision = try revisions.last.next("the last revision of a record")
        if revision > revisions.reserved {
            revisions.reserved = min(revisions.last.addingClamped(Self.reserve), .greatest)
            try statements.reserve(revisions.reserved)
        }
        revisions.last = revision
        self.revisions = revisions
        return revision
    }

    /// Those that were reserved may all have been given.
    private func loadedRevisions() throws(FlxError) -> Revisions {
        let reserved = try statements.reserved()
        return Revisions(last: reserved, reserved: reserved)
    }

    private mutating func id(of space: StateSpace) throws(FlxError) -> Int64? {
        let name = ExactText(space.name)
        if let id = spaces[name] { return id }
        guard let id = try reading.id(of: space) else { return nil }
        remember(name, id)
        return id
    }

    private mutating func idOrNew(of space: StateSpace) throws(FlxError) -> Int64 {
        if let id = try id(of: space) { return id }
        let id = try statements.add(space.name)
        remember(ExactText(space.name), id)
        return id
    }

    private mutating func remember(_ name: ExactText, _ id: Int64) {
        if spaces.count >= Self.capacity { spaces.removeAll(keepingCapacity: true) }
        spaces[name] = id
    }
}

extension Log {
    /// Checks the guards of a change, appends its events, and changes its records.
    mutating func make(_ change: StoreChange, appending prepared: PreparedAppend, at time: Timestamp) throws(FlxError) -> AppendResult {
        try state.check(change.guards)
        let result = try append(prepared, at: time)
        try make(change.edits)
        return result
    }
}
