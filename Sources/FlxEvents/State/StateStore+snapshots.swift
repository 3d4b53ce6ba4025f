public import FlxCore

/// Snapshots: states at positions of the log, so that they need not be folded from the first event. They are a cache: all of them may be
/// lost, and one that is damaged is none.
///
/// The store does not check what it is given. The reader of a snapshot compares its stamps and its checksum.
extension StateStore {
    /// The snapshot under a name; nil when there is none.
    public func snapshot(_ name: String) async throws(FlxError) -> Snapshot? {
        let key = StateKey(name, in: .snapshots)
        guard (try? key.check()) != nil else { return nil }
        do throws(FlxError) {
            return try await state(key).flatMap(Snapshot.init)
        } catch {
            guard error.code == .corrupt else { throw error }
            return nil
        }
    }

    /// Keeps a snapshot in place of the one under its name.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` or ``FlxCore/FlxError/Code/limitExceeded`` for a name that is not 1 to 512
    ///   printable bytes, or a state of more than 16 MiB.
    public func save(_ snapshot: Snapshot) async throws(FlxError) {
        try snapshot.check()
        try await commit(StoreChange([.put(snapshot.record)]))
    }

    /// The first snapshots whose names begin with a text and stand after a name, in the byte order of their names, without their states.
    /// Reads the states, in pages.
    public func snapshots(prefix: String, after name: String?, limit: Int) async throws(FlxError) -> [SnapshotSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "snapshots: the limit is \(limit), it must be 1 or more") }
        var summaries: [SnapshotSummary] = []
        var query = StateQuery(.snapshots, prefix: prefix, after: name.map { StateQuery.Cursor(name: $0) })
        repeat {
            query.limit = min(limit - summaries.count, 1_000)
            let page = try await snapshots(query)
            summaries += page.summaries
            query.after = page.next
        } while query.after != nil && summaries.count < limit
        return summaries
    }

    /// A page of a list, and the place behind it.
    private func snapshots(_ query: StateQuery) async throws(FlxError) -> (summaries: [SnapshotSummary], next: StateQuery.Cursor?) {
        do throws(FlxError) {
            let page = try await state(query)
            return (page.records.compactMap(Snapshot.init).map(SnapshotSummary.init), page.next)
        } catch {
            guard error.code == .corrupt else { throw error }
        }
        // One of them is damaged: each is read by itself.
        var query = query
        query.omitsBodies = true
        let page = try await state(query)
        var summaries: [SnapshotSummary] = []
        for record in page.records {
            if let snapshot = try await self.snapshot(record.key.name) { summaries.append(SnapshotSummary(snapshot)) }
        }
        return (summaries, page.next)
    }

    /// Drops the snapshots whose names begin with a text, in parts; all for the empty one.
    /// - Returns: How many there were.
    public func dropSnapshots(prefix: String) async throws(FlxError) -> Int {
        var count = 0
        var query = StateQuery(.snapshots, prefix: prefix, limit: 1_000)
        query.omitsBodies = true
        while true {
            let page = try await state(query)
            guard !page.records.isEmpty else { return count }
            try await commit(StoreChange(page.records.map { .remove($0.key) }))
            count += page.records.count
            guard let next = page.next else { return count }
            query.after = next
        }
    }
}

extension Snapshot {
    /// The stamps before the state: six numbers of eight bytes, in little-endian order. Those of older snapshots have five, so that their
    /// checksums do not fit.
    private static let headBytes = 48

    /// The record of the snapshot. Its number is the position.
    fileprivate var record: StateRecord {
        let stamps = [
            UInt64(bitPattern: version.value), fingerprint, UInt64(bitPattern: Int64(reducer)), UInt64(bitPattern: time.nanoseconds),
            checksum, event,
        ]
        var body: [UInt8] = []
        body.reserveCapacity(Self.headBytes + state.count)
        for stamp in stamps { body += stamp.bytes }
        body += state
        return StateRecord(StateKey(name, in: .snapshots), number: position.value, body: body)
    }

    /// Reads a record; nil for one that no store has written.
    fileprivate init?(_ record: StateRecord) {
        guard record.number >= 0, record.body.count >= Self.headBytes else { return nil }
        let stamps = stride(from: 0, to: Self.headBytes, by: 8).map { UInt64(bytes: record.body[$0..<$0 + 8]) }
        guard let version = Int64(exactly: stamps[0]) else { return nil }
        self.init(
            name: record.key.name, position: Position(unchecked: record.number), version: Version(unchecked: version), event: stamps[5],
            fingerprint: stamps[1], reducer: Int(truncatingIfNeeded: stamps[2]),
            time: Timestamp(nanoseconds: Int64(bitPattern: stamps[3])), state: Array(record.body[Self.headBytes...]), checksum: stamps[4])
    }
}

extension SnapshotSummary {
    fileprivate init(_ snapshot: Snapshot) {
        self.init(
            name: snapshot.name, position: snapshot.position, version: snapshot.version, time: snapshot.time, bytes: snapshot.state.count)
    }
}
