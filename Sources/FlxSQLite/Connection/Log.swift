import FlxCore

/// The writer's side of the log. Checks and records appends within transactions; its owner begins and ends them.
///
/// The log belongs to the only writing connection. Therefore its cached positions, versions and names are valid until
/// the transaction is rolled back.
struct Log {
    let handle: Handle
    private let migrations: Migrations
    /// SQLite's data version of the file after the last commit; nil if the cached values must be read again.
    private var dataVersion: UInt32?
    private var schemaVersion: Int64
    /// The position of the last event of the open transaction.
    private(set) var last: Int64
    /// True if a change failed halfway: the transaction must be rolled back.
    private(set) var isSpoiled = false
    /// True if the file may still contain a failed commit; see ``settle()``.
    var isUnsettled = false
    /// The records beside the log.
    var state: StateWriting
    private var streams: NameTable<StreamName>
    private var types: NameTable<EventType>
    private var tags: NameTable<Tag>
    private var lookup: Postings.Source
    let statements: LogStatements

    init(_ handle: Handle, migrations: [Migration] = Schema.migrations) throws(FlxError) {
        self.handle = handle
        self.migrations = Migrations(steps: migrations)
        last = try handle.soundLastPosition()
        try LogEnd.requireListed(handle)
        schemaVersion = try handle.number("PRAGMA schema_version")
        streams = try NameTable(handle, table: "streams", capacity: 50_000)
        types = try NameTable(handle, table: "types", capacity: 10_000)
        tags = try NameTable(handle, table: "tag_names", capacity: 50_000)
        lookup = Postings.Source(handle)
        statements = try LogStatements(handle)
        state = try StateWriting(handle)
    }

    // MARK: Transactions

    mutating func begin() throws(FlxError) {
        if isUnsettled { try settle() }
        try statements.begin.run()
        // Another program may have written in the meantime, although it should not. Then the cached values are invalid.
        if dataVersion != handle.dataVersion { try readAgain() }
    }

    mutating func commit() throws(FlxError) {
        do throws(FlxError) {
            try statements.commit.run()
        } catch {
            rollback()
            throw outcome(of: error)
        }
        dataVersion = handle.dataVersion
        state.didCommit()
    }

    private mutating func readAgain() throws(FlxError) {
        let version = try handle.number("PRAGMA schema_version")
        if version != schemaVersion { try migrations.requireUnchanged(handle) }
        schemaVersion = version
        forgetNames()
        last = try handle.soundLastPosition()
    }

    private mutating func forgetNames() {
        streams.forget()
        types.forget()
        tags.forget()
        state.forget()
    }

    /// Undoes everything since ``begin()``, unless SQLite has already done so.
    mutating func rollback() {
        if handle.isInTransaction { try? handle.execute("ROLLBACK") }
        forgetNames()
        dataVersion = nil
        state.didRollBack()
        isSpoiled = false
    }

    /// True if the open transaction can only be rolled back, or has already ended.
    var isLost: Bool { isSpoiled || !handle.isInTransaction }

    /// Makes changes that can be undone only with the whole transaction. If the body fails, ``isSpoiled`` stays true.
    mutating func spoiling<Result>(_ body: (inout Log) throws(FlxError) -> Result) throws(FlxError) -> Result {
        isSpoiled = true
        let result = try body(&self)
        isSpoiled = false
        return result
    }

    // MARK: Appending

    /// Checks an append and records its new events.
    ///
    /// A refusal leaves the transaction unchanged. After a failure during recording, ``isSpoiled`` is true.
    mutating func append(_ append: PreparedAppend, at time: Timestamp) throws(FlxError) -> AppendResult {
        let known = try knownPlaces(append)
        if append.rows.isEmpty || known.count < append.rows.count {
            if let boundary = append.boundary { try check(boundary) }
            for write in append.writes { try checkVersion(of: write) }
        }
        isSpoiled = true
        var places: [AppendResult.Place] = []
        places.reserveCapacity(append.rows.count)
        for write in append.writes {
            guard !write.events.isEmpty else { continue }
            var stream = try streams.entryOrNew(write.stream, load: statements.loadVersion)
            for event in write.events {
                if let place = known[places.count] {
                    places.append(place)
                } else {
                    stream.version = try stream.version.next("the version of the stream '\(write.stream)'")
                    try record(event, append, row: append.rows[places.count], stream: stream, at: time.nanoseconds)
                    places.append(.init(position: Position(unchecked: last), version: Version(unchecked: stream.version), isNew: true))
                }
            }
            streams.remember(write.stream, stream)
        }
        isSpoiled = false
        return AppendResult(places: places)
    }

    private mutating func record(
        _ event: Event, _ append: PreparedAppend, row: PreparedAppend.Row, stream: NameTable<StreamName>.Entry, at time: Int64
    ) throws(FlxError) {
        let position = try last.next("the last position")
        let insert = statements.insert
        insert.bind(position, at: 1)
        insert.bind(stream.id, at: 2)
        insert.bind(try types.entryOrNew(event.type).id, at: 3)
        insert.bind(stream.version, at: 4)
        if let time = event.time { insert.bind(time.nanoseconds, at: 5) } else { insert.bindNull(at: 5) }
        insert.bind(time, at: 6)
        insert.bind(row.content.placed(version: stream.version, position: position, recorded: time), at: 8)
        try insert.withID(event.id, at: 7) { () throws(FlxError) in
            try append.withEnvelope(row) { envelope throws(FlxError) in
                if envelope.isEmpty { insert.bindNull(at: 9) } else { insert.bind(blob: envelope, at: 9) }
                try event.payload.bytes.withBytes { payload throws(FlxError) in
                    insert.bind(blob: payload, at: 10)
                    _ = try insert.step()
                }
            }
        }
        for (index, tag) in event.tags.enumerated() where !event.tags[..<index].contains(tag) {
            statements.insertTag.bind(try tags.entryOrNew(tag).id, at: 1)
            statements.insertTag.bind(position, at: 2)
            try statements.insertTag.run()
        }
        last = position
    }

    // MARK: Checking

    /// Returns the places of already recorded events, by their index in the append.
    private mutating func knownPlaces(_ append: PreparedAppend) throws(FlxError) -> [Int: AppendResult.Place] {
        var known: [Int: AppendResult.Place] = [:]
        var number = 0
        for write in append.writes {
            for event in write.events {
                if let position = try statements.position(of: event.id) {
                    let row = append.rows[number]
                    known[number] = try place(of: event, append, row, stream: write.stream, at: position)
                }
                number += 1
            }
        }
        return known
    }

    private mutating func place(
        of event: Event, _ append: PreparedAppend, _ row: PreparedAppend.Row, stream: StreamName, at position: Int64
    ) throws(FlxError) -> AppendResult.Place {
        let stream = try streams.entry(stream, load: statements.loadVersion)?.id
        let type = try types.entry(event.type)?.id
        let version = try append.withEnvelope(row) { envelope throws(FlxError) in
            try statements.version(at: position, ifSameAs: event, stream: stream, type: type, envelope: envelope)
        }
        guard let version else { throw event.conflict(at: Position(unchecked: position)) }
        return .init(position: Position(unchecked: position), version: Version(unchecked: version), isNew: false)
    }

    private mutating func checkVersion(of write: StreamWrite) throws(FlxError) {
        guard write.expected != .any else { return }
        try write.check(against: Version(unchecked: try streams.entry(write.stream, load: statements.loadVersion)?.version ?? 0))
    }

    private mutating func check(_ boundary: Boundary) throws(FlxError) {
        try boundary.check(against: Position(unchecked: last))
        guard let found = try lookup.first(of: boundary, last: last) else { return }
        throw boundary.refusal(by: Position(unchecked: found))
    }
}
