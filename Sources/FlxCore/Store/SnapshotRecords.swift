/// Snapshots as records of a store: the number of each is the position up to which it was made.
package enum SnapshotRecords {
    /// The space of the records.
    package static let space = StateSpace("snapshots")
    /// The stamps before the state: five numbers of eight bytes, in little-endian order.
    private static let headBytes = 40
    /// The number of snapshots dropped in one change.
    fileprivate static let batch = 1_000

    fileprivate static func key(_ name: String) -> StateKey { StateKey(name, in: space) }

    fileprivate static func record(_ snapshot: Snapshot) -> StateRecord {
        let stamps = [
            UInt64(bitPattern: snapshot.version.value), snapshot.fingerprint, UInt64(bitPattern: Int64(snapshot.reducer)),
            UInt64(bitPattern: snapshot.time.nanoseconds), snapshot.checksum,
        ]
        var body: [UInt8] = []
        body.reserveCapacity(headBytes + snapshot.state.count)
        for stamp in stamps { body += stamp.bytes }
        body += snapshot.state
        return StateRecord(key(snapshot.name), number: snapshot.position.value, body: body)
    }

    /// The snapshot in a record; nil for one that no store has written: a snapshot is a cache.
    fileprivate static func snapshot(_ record: StateRecord) -> Snapshot? {
        guard record.number >= 0, record.body.count >= headBytes else { return nil }
        let stamps = stride(from: 0, to: headBytes, by: 8).map { UInt64(bytes: record.body[$0..<$0 + 8]) }
        guard let version = Int64(exactly: stamps[0]) else { return nil }
        return Snapshot(
            name: record.key.name, position: Position(unchecked: record.number), version: Version(unchecked: version),
            fingerprint: stamps[1], reducer: Int(truncatingIfNeeded: stamps[2]),
            time: Timestamp(nanoseconds: Int64(bitPattern: stamps[3])), state: Array(record.body[headBytes...]), checksum: stamps[4])
    }
}

/// A store of records keeps snapshots in them.
extension SnapshotStore where Self: StateStore {
    /// See ``SnapshotStore/snapshot(_:)``. One that is damaged is none.
    public func snapshot(_ name: String) async throws(FlxError) -> Snapshot? {
        let key = SnapshotRecords.key(name)
        guard (try? key.check()) != nil else { return nil }
        do throws(FlxError) {
            return try await state(key).flatMap(SnapshotRecords.snapshot)
        } catch {
            guard error.code == .corrupt else { throw error }
            return nil
        }
    }

    /// See ``SnapshotStore/save(_:)``.
    public func save(_ snapshot: Snapshot) async throws(FlxError) {
        try snapshot.check()
        try await commit(StoreChange([.put(SnapshotRecords.record(snapshot))]))
    }

    /// See ``SnapshotStore/snapshots(prefix:after:limit:)``. Reads the states, in pages. One that is damaged is none.
    public func snapshots(prefix: String, after name: String?, limit: Int) async throws(FlxError) -> [SnapshotSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "snapshots: the limit is \(limit), it must be 1 or more") }
        var summaries: [SnapshotSummary] = []
        var query = StateQuery(SnapshotRecords.space, prefix: prefix, after: name.map { StateQuery.Cursor(name: $0) })
        repeat {
            query.limit = min(limit - summaries.count, 1_000)
            let page = try await self.page(query)
            summaries += page.summaries
            query.after = page.next
        } while query.after != nil && summaries.count < limit
        return summaries
    }

    /// A page of a list, and the place behind it.
    private func page(_ query: StateQuery) async throws(FlxError) -> (summaries: [SnapshotSummary], next: StateQuery.Cursor?) {
        do throws(FlxError) {
            let page = try await state(query)
            return (page.records.compactMap(SnapshotRecords.snapshot).map(SnapshotSummary.init), page.next)
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

    /// See ``SnapshotStore/dropSnapshots(prefix:)``. Drops them in parts.
    public func dropSnapshots(prefix: String) async throws(FlxError) -> Int {
        var count = 0
        var query = StateQuery(SnapshotRecords.space, prefix: prefix, limit: SnapshotRecords.batch)
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

extension SnapshotSummary {
    /// Creates the summary of a snapshot.
    package init(_ snapshot: Snapshot) {
        self.init(
            name: snapshot.name, position: snapshot.position, version: snapshot.version, time: snapshot.time, bytes: snapshot.state.count)
    }
}
