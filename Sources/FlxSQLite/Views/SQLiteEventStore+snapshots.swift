public import FlxCore
import GRDBSQLite

extension SQLiteEventStore: SnapshotStore {
    /// See ``FlxCore/SnapshotStore/snapshot(_:)``.
    public func snapshot(_ name: String) async throws(FlxError) -> Snapshot? {
        try await readers.read { reader throws(FlxError) in
            let row = reader.views.snapshot
            return try row.withText(name, at: 1) { () throws(FlxError) in
                // A snapshot is a cache: one that is damaged is none.
                let numbers = 0...Int64.greatest
                guard try row.step(), row.integer(0, in: numbers) != nil, row.integer(1, in: numbers) != nil else { return nil }
                return Snapshot(
                    name: name, position: Position(unchecked: row.number(0)), version: Version(unchecked: row.number(1)),
                    fingerprint: UInt64(bitPattern: row.number(2)), reducer: Int(truncatingIfNeeded: row.number(3)),
                    time: Timestamp(nanoseconds: row.number(4)), state: Array(row.bytes(5)), checksum: UInt64(bitPattern: row.number(6)))
            }
        }
    }

    /// See ``FlxCore/SnapshotStore/save(_:)``.
    public func save(_ snapshot: Snapshot) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try snapshot.check()
        try await writer.perform(bytes: snapshot.state.count) { log, _ throws(FlxError) in
            try log.spoiling { log throws(FlxError) in
                let insert = log.views.saveSnapshot
                let numbers = [
                    snapshot.position.value, snapshot.version.value, Int64(bitPattern: snapshot.fingerprint), Int64(snapshot.reducer),
                    snapshot.time.nanoseconds,
                ]
                for (index, number) in numbers.enumerated() { insert.bind(number, at: Int32(index) + 2) }
                insert.bind(Int64(bitPattern: snapshot.checksum), at: 8)
                try insert.withText(snapshot.name, at: 1) { () throws(FlxError) in
                    try snapshot.state.withBytes { state throws(FlxError) in
                        insert.bind(blob: state, at: 7)
                        _ = try insert.step()
                    }
                }
            }
        }
    }

    /// See ``FlxCore/SnapshotStore/snapshots(prefix:after:limit:)``.
    public func snapshots(prefix: String, after name: String?, limit: Int) async throws(FlxError) -> [SnapshotSummary] {
        guard limit >= 1 else { throw FlxError(.invalidValue, "snapshots: the limit is \(limit), it must be 1 or more") }
        return try await readers.read { reader throws(FlxError) in
            let row = try Statement(reader.handle, """
                SELECT name, position, version, time, length(state) FROM snapshots WHERE name >= ?1 AND name > ?2 ORDER BY name LIMIT ?3
                """)
            row.bind(Int64(limit), at: 3)
            return try row.withText(prefix, at: 1) { () throws(FlxError) in
                try row.withText(name ?? "", at: 2) { () throws(FlxError) in
                    var summaries: [SnapshotSummary] = []
                    while try row.step() {
                        guard row.bytes(0).starts(with: prefix.utf8) else { break }
                        guard let name = row.text(0) else {
                            throw FlxError(.corrupt, "the name of a snapshot is damaged: flx repair takes the snapshots away")
                        }
                        summaries.append(SnapshotSummary(
                            name: name, position: Position(unchecked: row.number(1)),
                            version: Version(unchecked: row.number(2)), time: Timestamp(nanoseconds: row.number(3)),
                            bytes: Int(row.number(4))))
                    }
                    return summaries
                }
            }
        }
    }

    /// See ``FlxCore/SnapshotStore/dropSnapshots(prefix:)``.
    public func dropSnapshots(prefix: String) async throws(FlxError) -> Int {
        guard let writer else { throw readOnly }
        return try await writer.perform { log, _ throws(FlxError) in
            try log.spoiling { log throws(FlxError) in
                let delete = log.views.dropSnapshots
                delete.bind(Int64(prefix.utf8.count), at: 2)
                try delete.withText(prefix, at: 1) { () throws(FlxError) in _ = try delete.step() }
                return Int(sqlite3_changes(log.handle.pointer))
            }
        }
    }
}
