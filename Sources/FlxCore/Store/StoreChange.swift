/// Events and records to write together, and the conditions for them.
public struct StoreChange: Sendable {
    /// The events; none for a change of records alone.
    public var writes: [StreamWrite]
    /// A condition on the log, as for ``EventStore/append(_:unless:)``.
    public var boundary: Boundary?
    /// The conditions on records. All of them must hold.
    public var guards: [StateGuard]
    /// The changes of records, made in this order.
    public var edits: [StateEdit]

    /// Appends events, and changes records with them.
    public init(_ writes: [StreamWrite], unless boundary: Boundary? = nil, if guards: [StateGuard] = [], _ edits: [StateEdit] = []) {
        self.writes = writes
        self.boundary = boundary
        self.guards = guards
        self.edits = edits
    }

    /// Changes records alone.
    public init(if guards: [StateGuard] = [], _ edits: [StateEdit] = []) {
        self.init([], if: guards, edits)
    }
}

/// A condition on a record, as it is before a change.
public enum StateGuard: Hashable, Sendable {
    /// There is no record under the key.
    case absent(StateKey)
    /// There is one, with this revision: nobody wrote it since it was read.
    case revision(StateKey, Int64)
    /// There is one, with this number.
    case number(StateKey, equals: Int64)

    /// The key of the record.
    public var key: StateKey {
        switch self {
        case .absent(let key), .revision(let key, _), .number(let key, _): key
        }
    }

    /// Returns true if the condition holds for the record under its key; for drivers.
    public func holds(of number: Int64?, revision: Int64?) -> Bool {
        switch self {
        case .absent: revision == nil
        case .revision(_, let expected): revision == expected
        case .number(_, let expected): revision != nil && number == expected
        }
    }
}

/// A change of records.
public enum StateEdit: Hashable, Sendable {
    /// Writes a record in place of the one under its key. Its ``StateRecord/revision`` does not count.
    case put(StateRecord)
    /// Removes the record under a key, if there is one.
    case remove(StateKey)
    /// Removes all records of a space, of any number. They are invisible at once; their memory may be released later.
    case removeAll(StateSpace)
}

extension StateEdit {
    /// The space of the change.
    public var space: StateSpace {
        switch self {
        case .put(let record): record.key.space
        case .remove(let key): key.space
        case .removeAll(let space): space
        }
    }

    /// The change, with a revision for the record to put; for drivers.
    public func stamped(_ revision: Int64) -> StateEdit {
        guard case .put(let record) = self else { return self }
        return .put(StateRecord(record.key, number: record.number, body: record.body, entries: record.entries, revision: revision))
    }
}

extension StateGuard {
    /// The error for a failed guard; for drivers.
    public var refusal: FlxError {
        let expected =
            switch self {
            case .absent: "should not be there"
            case .revision(_, let revision): "should have the revision \(revision)"
            case .number(_, let number): "should have the number \(number)"
            }
        return FlxError(
            .stateConflict, "commit: the record '\(key.name)' in '\(key.space.name)' \(expected); nothing was kept, read it again")
    }
}

extension StoreChange {
    /// Checks the names and sizes of a change; for drivers, before anything is done.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public func check(_ limits: StoreLimits) throws(FlxError) {
        try limits.check(writes, unless: boundary)
        guard guards.count <= limits.stateKeys, edits.count <= limits.stateKeys else {
            throw FlxError(
                .limitExceeded,
                "commit of \(guards.count) guards and \(edits.count) edits: the limit is \(limits.stateKeys) of each; commit them in parts")
        }
        for guarding in guards { try guarding.key.check() }
        var bytes = 0
        for edit in edits {
            switch edit {
            case .put(let record): bytes += try record.check(limits)
            case .remove(let key): try key.check()
            case .removeAll(let space): try space.check()
            }
        }
        // A record may be as large as `stateBytes`, whatever an append may be.
        guard bytes <= limits.appendBytes || edits.count == 1 else {
            throw FlxError(.limitExceeded, "commit of \(bytes) bytes: the limit is \(limits.appendBytes); commit them in parts")
        }
    }
}

extension StateSpace {
    /// Checks the name; for drivers.
    public func check() throws(FlxError) { _ = try NameRule.checked(name, field: "space") }
}

extension StateKey {
    /// Checks the names; for drivers.
    public func check() throws(FlxError) {
        try space.check()
        _ = try NameRule.checked(name, field: "record", maximumBytes: Self.maximumNameBytes)
    }
}

extension StateRecord {
    /// Checks a record to be written; for drivers.
    /// - Returns: Its size in bytes.
    @discardableResult
    public func check(_ limits: StoreLimits) throws(FlxError) -> Int {
        try key.check()
        guard body.count <= limits.stateBytes else {
            throw FlxError(.limitExceeded, "record '\(key.name)': \(body.count) bytes, the limit is \(limits.stateBytes)")
        }
        guard entries.count <= limits.stateEntries else {
            throw FlxError(.limitExceeded, "record '\(key.name)': \(entries.count) entries, the limit is \(limits.stateEntries)")
        }
        for entry in entries {
            _ = try NameRule.checked(entry.index, field: "index")
            guard case .text(let text) = entry.value else { continue }
            guard text.utf8.count <= NameRule.maximumBytes else {
                throw FlxError(
                    .limitExceeded,
                    "record '\(key.name)': \(text.utf8.count) bytes in the index '\(entry.index)', the limit is \(NameRule.maximumBytes)")
            }
        }
        return bytes
    }

    /// The bytes of the body and of all texts.
    package var bytes: Int {
        var bytes = body.count + key.name.utf8.count
        for entry in entries {
            bytes += entry.index.utf8.count
            if case .text(let text) = entry.value { bytes += text.utf8.count }
        }
        return bytes
    }
}
