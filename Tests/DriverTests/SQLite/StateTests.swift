import FlxCore
@testable import FlxSQLite
import FlxTesting
import Testing

/// Records beside the log of a file; what all stores promise is in the rules `state.…`.
@Suite struct StateTests {
    private let folder: Folder
    private let durable = StateSpace("documents")
    private let volatile = StateSpace("leases", .volatile)

    init() throws { folder = try Folder() }

    private func records(_ count: Int, bytes: Int = 10) -> [StateEdit] {
        (0..<count).map { number in
            .put(StateRecord(
                StateKey("r\(number)", in: durable), number: Int64(number), body: Array(repeating: 1, count: bytes),
                entries: [StateEntry("by", Int64(number % 7))]))
        }
    }

    private func rows(_ table: String) -> Int64? { Database(folder.store).number("SELECT count(*) FROM \(table)") }

    @Test func `a removed space is gone at once, and deleted while nobody waits`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for _ in 0..<3 {
                try await store.commit(StoreChange(records(3_000)))
                try await store.commit(StoreChange([.removeAll(durable), .put(StateRecord(StateKey("new", in: durable)))]))
                let names = try await store.state(StateQuery(durable)).records.map(\.key.name)
                #expect(names == ["new"])
                #expect(try await store.state(StateQuery(durable, by: .init("by"))).records.isEmpty)
            }
            while rows("state_records") ?? 0 > 1 || rows("state_entries") ?? 0 > 0 || rows("state_spaces") ?? 0 > 1 {
                try await Task.sleep(nanoseconds: 2_000_000)
            }
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
    }

    @Test func `large bodies of a removed space are deleted in parts`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange(records(10, bytes: 400_000)))
            // Parts end once they have deleted more than 1 MiB.
            let parts = try await store.writer?.perform { log, _ throws(FlxError) in
                try log.spoiling { log throws(FlxError) in
                    try log.state.make([.removeAll(durable)])
                    var parts = 0
                    while try log.state.sweep() { parts += 1 }
                    return parts
                }
            }
            // One of entries, four of bodies, and one that removes the space.
            #expect(parts == 6)
        }
    }

    @Test func `what a removed space left behind is deleted by the next process`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange(records(1_200)))
        }
        // As a process leaves it that was killed after the removal.
        #expect(Database(folder.store).run("UPDATE state_spaces SET name = NULL") == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
            #expect(try await store.state(StateQuery(durable)).records.isEmpty)
            try await store.append([Event(type: "t")], to: "s")
            while rows("state_spaces") ?? 0 > 0 { try await Task.sleep(nanoseconds: 2_000_000) }
            #expect(rows("state_records") == 0 && rows("state_entries") == 0)
        }
    }

    @Test func `what a lost transaction did to volatile records is undone`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let keys = ["a", "b", "c"].map { StateKey($0, in: volatile) }
            try await store.commit(StoreChange(keys.dropLast().map { .put(StateRecord($0, number: 1, entries: [StateEntry("by", 1)])) }))
            let before = try await store.state(keys)
            let loss = FlxError(.io, "lost")
            for edits: [StateEdit] in [
                [.put(StateRecord(keys[0], number: 2)), .remove(keys[1]), .put(StateRecord(keys[2]))],
                [.removeAll(volatile), .put(StateRecord(keys[2])), .put(StateRecord(keys[0])), .removeAll(volatile)],
                [.put(StateRecord(keys[2])), .put(StateRecord(keys[2], number: 7)), .remove(keys[2]), .remove(keys[2])],
            ] {
                let error = await #expect(throws: FlxError.self) {
                    try await store.writer?.perform { log, _ throws(FlxError) in
                        try log.spoiling { log throws(FlxError) in
                            try log.state.make(edits)
                            throw loss
                        }
                    }
                }
                #expect(error?.message == "lost")
                #expect(try await store.state(keys) == before)
                let found = try await store.state(StateQuery(volatile, by: .init("by"))).records
                #expect(found == before.compactMap(\.self))
            }
        }
    }

    @Test func `volatile records end with the process, and others are read without one that writes`() async throws {
        let (kept, lost) = (StateKey("kept", in: durable), StateKey("lost", in: volatile))
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange([.put(StateRecord(kept, number: 3)), .put(StateRecord(lost))]))
            try await withSQLiteEventStore(.readOnly(path: folder.store)) { reader in
                let numbers = try await reader.state([kept, lost]).map { $0?.number }
                let page = try await reader.state(StateQuery(volatile))
                #expect(numbers == [3, nil] && page.records.isEmpty)
                let error = await #expect(throws: FlxError.self) { try await reader.commit(StoreChange([.remove(kept)])) }
                #expect(error?.code == .readOnly)
            }
        }
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let numbers = try await store.state([kept, lost]).map { $0?.number }
            #expect(numbers == [3, nil])
        }
    }

    @Test func `a file of the format before gets the tables`() async throws {
        let event = Event(type: "t")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([event], to: "s")
        }
        #expect(Database(folder.store).turnBack(to: 2) == nil)
        #expect(Database(folder.store).run("""
            INSERT INTO snapshots VALUES('a', 1, 1, 1, 1, 1, 1, x'7b7d');
            INSERT INTO checkpoints VALUES('reader', 1), ('caf\u{E9}', 7), ('cafe\u{301}', 9223372036854775807), ('\u{1}lease:work', 41),
            (x'00', 1), ('', 1), ('below', -1), ('\u{1}lease:', 4), ('\u{1}more', 4);
            """) == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange(records(3)))
            let found = try await store.event(event.id)
            #expect(found != nil)
            let records = try await store.state(StateQuery(StateSpace("checkpoints"))).records
            #expect(records.map(\.key.name) == ["cafe\u{301}", "caf\u{E9}", "reader"] && records.map(\.number) == [.max, 7, 1])
            #expect(try await store.acquireLease("work", owner: "a", for: .seconds(1))?.token == 42)
            let faults = try await store.verify { _, _ in }.faults.map(\.message)
            #expect(faults.count == 2 && faults.allSatisfy { $0.contains("beyond the last event") })
        }
        #expect(Database(folder.store).number("PRAGMA user_version") == 4)
    }

    @Test func `a damaged record is reported and never believed`() async throws {
        let key = StateKey("r1", in: durable)
        for damage in ["number = 7", "body = x'02'", "revision = revision + 1", "entries = NULL", "checksum = 1", "name = 'other'"] {
            try await withSQLiteEventStore(.init(path: folder.store)) { store in
                try await store.commit(StoreChange([.removeAll(durable)] + records(3)))
            }
            #expect(Database(folder.store).run("""
                UPDATE state_records SET \(damage) WHERE name = 'r1' AND space IN (SELECT id FROM state_spaces WHERE name IS NOT NULL)
                """) == nil)
            try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
                let read = await #expect(throws: FlxError.self) { try await store.state(StateQuery(durable)) }
                #expect(read?.code == .corrupt, "\(damage)")
                if damage == "name = 'other'" {
                    let found = try await store.state(key)
                    #expect(found == nil)
                } else {
                    let error = await #expect(throws: FlxError.self) { try await store.state(key) }
                    #expect(error?.code == .corrupt, "\(damage)")
                }
                let faults = try await store.verify { _, _ in }.faults
                #expect(!faults.isEmpty, "\(damage)")
            }
            #expect(try await !SQLiteEventStore.repair(folder.store).mended.isEmpty)
        }
    }
}

extension Database {
    /// Gives a file without views and records the tables of an earlier format, 1 or 2; returns the message of a failure.
    func turnBack(to version: Int) -> String? {
        let tables = ["views", "view_documents", "view_entries", "state_spaces", "state_records", "state_entries", "state_revisions"]
        return run("""
            \(tables.map { "DROP TABLE \($0);" }.joined(separator: " "))
            CREATE TABLE checkpoints(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
            \(Schema.migrations[1..<version].map(\.sql).joined(separator: "\n"))
            PRAGMA user_version = \(version);
            """)
    }
}
