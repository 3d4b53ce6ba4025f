import FlxCore
import FlxEvents
@testable import FlxSQLite
import GRDBSQLite
import Testing

/// Damage done behind the store's back is found by verification, and damaged events are not handed out.
@Suite struct VerificationTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func faults(after sql: String) async throws -> [VerificationReport.Fault] {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for number in 1...5 {
                let events = (1...4).map { _ in Event(type: "order.placed", tags: ["customer:c1", "order:\(number)"]) }
                try await store.append(events, to: "order-\(number)")
            }
            let before = try await store.verify { _, _ in }
            #expect(before.faults.isEmpty && before.events == 20)
        }
        #expect(Database(folder.store).run(sql) == nil)
        return try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let progress = ProgressBox()
            let report = try await store.verify { done, total in progress.note(done, total) }
            #expect(progress.done == progress.total)
            return report.faults
        }
    }

    @Test(arguments: [
        ("UPDATE events SET payload = x'7b7d' WHERE position = 7", 7, "not what was appended"),
        ("UPDATE events SET time = time + 1 WHERE position = 7", 7, "not what was appended"),
        ("UPDATE events SET recorded = recorded + 1 WHERE position = 7", 7, "not what was appended"),
        ("UPDATE events SET version = 9 WHERE position = 8", 8, "not what was appended"),
        ("UPDATE events SET stream = 1 WHERE position = 7", 7, "not what was appended"),
        ("UPDATE streams SET name = 'order-x' WHERE id = 2", 5, "not what was appended"),
        ("UPDATE types SET name = 'order.paid'", 1, "not what was appended"),
        ("UPDATE events SET id = 'other' WHERE position = 3", 3, "not what was appended"),
        ("DELETE FROM events WHERE position = 7", 7, "missing"),
        ("DELETE FROM tags WHERE position = 7 AND tag = 1", 7, "index by tag"),
        ("UPDATE tag_names SET name = 'customer:c2' WHERE id = 1", 1, "index by tag"),
    ])
    func finds(_ sql: String, position: Int64, words: String) async throws {
        let faults = try await faults(after: sql)
        #expect(faults.first?.position == Position(integerLiteral: position))
        #expect(faults.first?.message.contains(words) == true, "\(faults)")
    }

    /// While it looks, events come, and a view and a reader go on with them: SQLite calls in between, and another connection writes.
    @Test func whatIsWrittenMeanwhileIsNoFault() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([Event(type: "order.placed")], to: "order-1")
            _ = try await store.beginGeneration(of: "v", version: 1)
            try await store.setCheckpoint("reader", to: 1)
            let space = StateSpace("many")
            try await store.commit(StoreChange((1...5_000).map { .put(StateRecord(StateKey("record-\($0)", in: space))) }))
        }
        var configuration = SQLiteConfiguration.readOnly(path: folder.store)
        configuration.readers = 1
        try await withSQLiteEventStore(configuration) { store in
            let other = try await store.readers.read { [path = folder.store] reader throws(FlxError) in
                let head = try reader.state.records([ViewHead.key(ViewGeneration.ID(1))])[0]
                let other = Unmanaged.passRetained(Meanwhile(path, head)).toOpaque()
                sqlite3_progress_handler(
                    reader.handle.pointer, 5_000,
                    { context in
                        guard let context else { return 1 }
                        Unmanaged<Meanwhile>.fromOpaque(context).takeUnretainedValue().write()
                        return 0
                    }, other)
                return Int(bitPattern: other)
            }
            let report = try await store.verify { _, _ in }
            #expect(report.faults.isEmpty)
            let last = try await store.lastPosition()
            #expect(last > 1, "something was written meanwhile")
            try await store.readers.read { reader throws(FlxError) in
                sqlite3_progress_handler(reader.handle.pointer, 0, nil, nil)
                if let other = UnsafeRawPointer(bitPattern: other) { Unmanaged<Meanwhile>.fromOpaque(other).release() }
            }
        }
    }

    @Test func findsTagsWithoutAnEvent() async throws {
        let faults = try await faults(after: "INSERT INTO tags(tag, position) VALUES(1, 21), (2, 99)")
        #expect(faults.map(\.position) == [nil])
        #expect(faults.first?.message.contains("2 entries without an event") == true)
    }

    @Test func findsAnIndexThatDisagreesWithItsTable() async throws {
        _ = try await faults(after: "SELECT 1")
        #expect(Database(folder.store).run("""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = 'CREATE INDEX events_type ON events(version)' WHERE name = 'events_type';
            """) == nil)
        let faults = try await SQLiteEventStore.verify(backup: folder.store).faults
        #expect(faults.contains { $0.message.contains("the index 'events_type'") }, "\(faults)")
        // Nor is it written to.
        await #expect { try await SQLiteEventStore.open(.init(path: folder.store)) } throws: { ($0 as? FlxError)?.code == .corrupt }
    }

    @Test func aDamagedEventIsAnErrorAndNotData() async throws {
        _ = try await faults(after: "UPDATE events SET payload = x'7b7d' WHERE position = 7")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let intact = try await store.read(.all, .forward, limit: 6)
            #expect(intact.events.count == 6)
            for selection in [Selection.all, .stream("order-2"), .tags("order:2"), .types("order.placed")] {
                await #expect { try await store.read(selection, .forward, limit: 20) } throws: { error in
                    (error as? FlxError)?.code == .corrupt && (error as? FlxError)?.message.contains("position 7") == true
                }
            }
        }
    }

    @Test func aMissingEventIsAnErrorAndNotAGap() async throws {
        _ = try await faults(after: "DELETE FROM events WHERE position = 7")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            await #expect { try await store.read(.all, .forward, limit: 20) } throws: { ($0 as? FlxError)?.code == .corrupt }
            await #expect { try await store.read(.all, .backward, limit: 20) } throws: { ($0 as? FlxError)?.code == .corrupt }
        }
    }

    @Test func anEventInAListThatItIsNotOfIsAnError() async throws {
        _ = try await faults(after: "INSERT INTO tags(tag, position) SELECT id, 20 FROM tag_names WHERE name = 'order:1'")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            await #expect { try await store.read(.tags("order:1"), .forward, limit: 20) } throws: { ($0 as? FlxError)?.code == .corrupt }
        }
    }
}

/// Another connection, which appends an event and moves a view on.
private final class Meanwhile {
    private let database: Database
    private let head: StateRecord?
    private let space: Int64

    init(_ path: String, _ head: StateRecord?) {
        (database, self.head) = (Database(path), head)
        space = database.number("SELECT id FROM state_spaces WHERE name = 'views'") ?? 0
    }

    func write() {
        guard let head, let last = database.number("SELECT max(position) FROM events") else { return }
        let sum = EntryCoding.bytes(head.entries).withUnsafeBytes { entries in
            head.body.withUnsafeBytes { body in
                Checksum(space, head.key.name, number: last + 1, revision: head.revision, entries: entries, body: body).value
            }
        }
        database.run("""
            BEGIN; INSERT INTO events SELECT position + 1, stream, type, version + 1, time, recorded, 'other-' || position,
            checksum, envelope, payload FROM events ORDER BY position DESC LIMIT 1;
            UPDATE state_records SET number = \(last + 1), checksum = \(sum) WHERE space = \(space); COMMIT
            """)
    }
}
