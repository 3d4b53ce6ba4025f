import FlxCore
import FlxEvents
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
            ('\u{1}lease:\u{301}x', 8), (x'00', 1), ('', 1), ('below', -1), ('\u{1}lease:', 4), ('\u{1}more', 4);
            """) == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange(records(3)))
            let found = try await store.event(event.id)
            #expect(found != nil)
            let records = try await store.state(StateQuery(StateSpace("checkpoints"))).records
            #expect(records.map(\.key.name) == ["cafe\u{301}", "caf\u{E9}", "reader"] && records.map(\.number) == [.max, 7, 1])
            #expect(try await store.acquireLease("work", owner: "a", for: .seconds(1))?.token == 42)
            #expect(try await store.acquireLease("\u{301}x", owner: "a", for: .seconds(1))?.token == 9)
            let faults = try await store.verify { _, _ in }.faults.map(\.message)
            #expect(faults.count == 2 && faults.allSatisfy { $0.contains("beyond the last event") })
        }
        #expect(Database(folder.store).number("PRAGMA user_version") == Schema.migrations.last?.version)
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

    @Test func `a removed space with names that none can have is deleted all the same`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(3))) }
        #expect(Database(folder.store).run("""
            UPDATE state_records SET name = CAST(name AS BLOB) WHERE name <> 'r1';
            UPDATE state_entries SET name = CAST(name AS BLOB) WHERE name <> 'r1'; UPDATE state_spaces SET name = NULL
            """) == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([Event(type: "t")], to: "s")
            for _ in 0..<1_000 where rows("state_spaces") ?? 0 > 0 { try await Task.sleep(nanoseconds: 2_000_000) }
            #expect(rows("state_spaces") == 0 && rows("state_records") == 0 && rows("state_entries") == 0)
        }
    }

    @Test(arguments: ["9223372036854775807", "'x'"])
    func `a last number that leaves no next one is reported and mended`(number: String) async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange(records(1)))
            _ = try await store.beginGeneration(of: "v", version: 1)
        }
        #expect(Database(folder.store).run("UPDATE sqlite_sequence SET seq = \(number)") == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let faults = try await store.verify { _, _ in }.faults.map(\.message)
            #expect(faults.count { $0.contains("last number") } == 1, "\(faults)")
        }
        #expect(try await SQLiteEventStore.repair(folder.store).mended.count == 1)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange([.put(StateRecord(StateKey("r", in: StateSpace("new"))))]))
            _ = try await store.beginGeneration(of: "w", version: 1)
            let name = try await store.state(StateKey("r0", in: durable))?.key.name
            #expect(name == "r0")
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
    }

    @Test func `a space with the last of all numbers is reported and mended`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(1))) }
        for sql in ["UPDATE state_spaces SET id = 9223372036854775807", "UPDATE state_spaces SET name = NULL, id = 9223372036854775807"] {
            #expect(Database(folder.store).run(sql) == nil)
            #expect(try await !SQLiteEventStore.repair(folder.store).mended.isEmpty)
            try await withSQLiteEventStore(.init(path: folder.store)) { store in
                try await store.commit(StoreChange(records(1)))
                #expect(try await store.verify { _, _ in }.faults.isEmpty)
            }
        }
    }

    @Test func `what stands in an index under another value than its own is never believed`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(3))) }
        #expect(Database(folder.store).run("UPDATE state_entries SET value = value + 100 WHERE name = 'r1'") == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            for omitsBodies in [false, true] {
                var query = StateQuery(durable, by: .init("by", from: .number(50)))
                query.omitsBodies = omitsBodies
                let error = await #expect(throws: FlxError.self) { try await store.state(query) }
                #expect(error?.code == .corrupt)
            }
        }
    }

    @Test func `a guard does not hold on a damaged record`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(3))) }
        #expect(Database(folder.store).run("UPDATE state_records SET number = 7, revision = 900") == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let key = StateKey("r1", in: durable)
            for guarding in [StateGuard.number(key, equals: 7), .revision(key, 900), .number(key, equals: 1)] {
                let error = await #expect(throws: FlxError.self) { try await store.commit(StoreChange(if: [guarding], records(1))) }
                #expect(error?.code == .corrupt, "\(guarding)")
            }
        }
    }

    @Test func `names and entries count for the size of a page`() async throws {
        var limits = StoreLimits.standard
        limits.pageBytes = 20_000
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.limits = limits
        let text = String(repeating: "x", count: 250)
        try await withSQLiteEventStore(configuration) { store in
            for (store, space) in [(store as any StateStore, durable), (store, volatile), (MemoryEventStore(limits: limits), durable)] {
                try await store.commit(StoreChange((0..<100).map { number in
                    .put(StateRecord(
                        StateKey("\(number)" + text, in: space), entries: (0..<4).map { StateEntry("\($0)" + text, .text(text)) }))
                }))
                for omitsBodies in [false, true] {
                    var (query, found, pages) = (StateQuery(space), 0, 0)
                    query.omitsBodies = omitsBodies
                    repeat {
                        let page = try await store.state(query)
                        (found, pages, query.after) = (found + page.records.count, pages + 1, page.next)
                    } while query.after != nil
                    // A record is 2,255 bytes, so that a page has 8 of them.
                    #expect(found == 100 && pages == 13)
                }
            }
        }
    }

    @Test func `limits of records that no row of SQLite has room for, or that leases cannot keep, are refused`() async {
        for change in [
            { $0.stateBytes = 900_000_001 }, { $0.stateBytes = 1_023 }, { $0.stateEntries = 100_001 }, { $0.stateKeys = 999 },
        ] as [(inout StoreLimits) -> Void]
        {
            var configuration = SQLiteConfiguration(path: folder.store)
            change(&configuration.limits)
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(configuration) }
            #expect(error?.code == .invalidValue)
        }
    }

    @Test func `a small limit on appends does not limit a snapshot`() async throws {
        var limits = StoreLimits()
        limits.appendBytes = 1_000
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.limits = limits
        let large = Snapshot(
            name: "a", position: 1, version: 1, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0),
            state: Array(repeating: 1, count: 2_000))
        try await withSQLiteEventStore(configuration) { store in
            for store in [store, MemoryEventStore(limits: limits)] as [any StateStore] {
                try await store.save(large)
                #expect(try await store.snapshot("a") == large)
                let puts = ["a", "b"].map { StateEdit.put(StateRecord(StateKey($0, in: durable), body: large.state)) }
                let error = await #expect(throws: FlxError.self) { try await store.commit(StoreChange(puts)) }
                #expect(error?.code == .limitExceeded)
            }
        }
    }

    @Test func `a damaged snapshot is none in a list, and can be dropped with the others`() async throws {
        func save(_ name: String, in store: SQLiteEventStore) async throws {
            try await store.save(Snapshot(
                name: name, position: 1, version: 1, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0), state: [1, 2]))
        }
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for name in ["a", "b", "c"] { try await save(name, in: store) }
        }
        #expect(Database(folder.store).run("UPDATE state_records SET body = x'00' WHERE name = 'b'") == nil)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for limit in [2, 9] {
                let names = try await store.snapshots(prefix: "", after: nil, limit: limit).map(\.name)
                #expect(names == ["a", "c"])
            }
            let damaged = try await store.snapshots(prefix: "b", after: nil, limit: 2)
            let dropped = try await store.dropSnapshots(prefix: "")
            let faults = try await store.verify { _, _ in }.faults
            #expect(damaged.isEmpty && dropped == 3 && faults.isEmpty)
        }
    }

    @Test func `a repair finds each damaged record by its key`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(30))) }
        #expect(Database(folder.store).run("UPDATE state_records SET number = 90 WHERE name LIKE '%3'") == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let plans = try await store.readers.read { reader throws(FlxError) in
                try StateFaults(reader.handle).damaged.flatMap(\.removal).map { removal throws(FlxError) in
                    let plan = try Statement(reader.handle, "EXPLAIN QUERY PLAN " + removal)
                    return try plan.step() ? plan.text(3) ?? "" : ""
                }
            }
            #expect(plans.count == 1 && plans.allSatisfy { $0.contains("name=?") }, "\(plans)")
        }
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        #expect(mended.count == 2 && mended.first?.hasSuffix("takes them away ('r13', 'r23', 'r3')") == true, "\(mended)")
        #expect(rows("state_records") == 27 && rows("state_entries") == 27)
    }

    @Test func `a record with a name or entries beyond all limits is reported and mended at once`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(2))) }
        #expect(Database(folder.store).run("""
            INSERT INTO state_records SELECT space, replace(hex(zeroblob(500000)), '0', 'x'), number, revision, checksum, entries, body
            FROM state_records WHERE name = 'r1'
            """) == nil)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let faults = try await store.verify { _, _ in }.faults.map(\.message)
            #expect(faults == ["1 records beside the log belong to no space, or have a name that none can have"])
        }
        #expect(try await SQLiteEventStore.repair(folder.store).mended.count == 1)
        let coded = Array(repeating: [0, 0, 1, 0, 0] as [UInt8], count: EntryCoding.most + 1).flatMap(\.self)
        let error = #expect(throws: FlxError.self) { try coded.withBytes { bytes throws(FlxError) in try EntryCoding.entries(bytes) } }
        #expect(error?.code == .corrupt)
        #expect(try coded.dropLast(5).withUnsafeBytes { try EntryCoding.entries($0).count } == EntryCoding.most)
    }

    @Test func `a repair of many damaged records leaves the others`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(3_000))) }
        #expect(Database(folder.store).run("UPDATE state_records SET body = x'00' WHERE number % 2 = 0") == nil)
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        #expect(mended.first?.contains("1500 of the records") == true && mended.first?.contains("takes them away") == true, "\(mended)")
        #expect(rows("state_records") == 1_500 && rows("state_entries") == 1_500)
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let names = try await store.state(StateQuery(durable, limit: 10_000)).records.map(\.number)
            #expect(names.count == 1_500 && names.allSatisfy { $0 % 2 == 1 })
        }
    }

    @Test func `many spaces that none can have are one fault`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.commit(StoreChange(records(2))) }
        #expect(Database(folder.store).run("""
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2500)
            INSERT INTO state_spaces(id, name) SELECT -n, 'space ' || n || char(10) FROM n;
            INSERT INTO state_records SELECT -7, name, number, revision, checksum, entries, body FROM state_records
            """) == nil)
        let mended = try await SQLiteEventStore.repair(folder.store).mended
        #expect(mended.count == 3 && mended.count { $0.contains("2500 spaces") } == 1, "\(mended)")
        #expect(rows("state_spaces") == 1 && rows("state_records") == 2)
    }
}

extension Database {
    /// Gives a file without views and records the tables of an earlier format, 1 or 2; returns the message of a failure.
    func turnBack(to version: Int) -> String? {
        let tables = ["state_spaces", "state_records", "state_entries", "state_revisions"]
        return run("""
            \(tables.map { "DROP TABLE \($0);" }.joined(separator: " "))
            CREATE TABLE checkpoints(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
            \(Schema.migrations[1..<version].map(\.sql).joined(separator: "\n"))
            PRAGMA user_version = \(version);
            """)
    }
}
