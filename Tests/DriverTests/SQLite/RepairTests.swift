import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import Testing

/// What is made from events is made again; events are never touched.
@Suite struct RepairTests {
    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private var path: String { bench.folder.store }

    @Test(arguments: [
        ("DELETE FROM tags WHERE position % 3 = 0", "index by tag lacked"),
        ("INSERT INTO tags(tag, position) VALUES(1, 9999), (77, 2)", "belong to no event"),
        ("UPDATE tag_names SET name = name || 'x'", "index by tag"),
        ("DELETE FROM tag_names", "index by tag"),
        ("INSERT INTO streams VALUES(5000, 'nothing')", "the stream 'nothing' had no event"),
        ("INSERT INTO types VALUES(5000, 'nothing')", "the type 'nothing' had no event"),
        ("DROP INDEX events_type", "'events_type' was missing"),
        ("DROP INDEX events_id; CREATE INDEX events_id ON events(version)", "'events_id' was missing or defined otherwise"),
        ("INSERT INTO state_spaces VALUES(9, x'00')", "1 spaces of the records"),
        ("INSERT INTO state_spaces VALUES(-1, 'b')", "1 spaces of the records"),
        ("INSERT INTO state_records VALUES(7, 'a', 1, 1, 1, NULL, x'')", "1 records beside the log belong to no space"),
        ("UPDATE state_records SET number = number + 1", "1 of the records beside the log in 'positions' are not"),
        ("UPDATE state_records SET body = 'text'", "1 of the records beside the log in 'positions' are not"),
        ("UPDATE state_records SET entries = x'0100'", "1 of the records beside the log in 'positions' are not"),
        ("DELETE FROM state_entries", "lacks 1 entries and has 0"),
        ("INSERT INTO state_entries VALUES(1, 'by', 3, 'a'), (1, 'by', 4, 'b')", "lacks 0 entries and has 2"),
        ("UPDATE state_entries SET value = 9", "lacks 1 entries and has 1"),
        ("UPDATE state_revisions SET given = 0", "the number of the last revision"),
        ("UPDATE state_revisions SET given = 9223372036854775807", "the number of the last revision"),
        ("INSERT INTO state_revisions VALUES(2, 5)", "the number of the last revision"),
    ])
    func `mends`(_ damage: String, _ words: String) async throws {
        let log = try await bench.fill(40)
        let kept = StateKey("a", in: StateSpace("positions"))
        try await withSQLiteEventStore(bench.configuration) { store in
            try await store.commit(StoreChange([.put(StateRecord(kept, number: 5, entries: [StateEntry("by", 2)]))]))
        }
        #expect(Database(path).run(damage) == nil)
        let before = Database(path).number("SELECT sum(checksum % 1000003) FROM events")
        let dry = try await SQLiteEventStore.repair(path, isDryRun: true)
        #expect(dry.mended.contains { $0.contains(words) }, "\(dry)")
        #expect(try await SQLiteEventStore.repair(path, isDryRun: true) == dry, "a dry run changed something")
        #expect(try await SQLiteEventStore.repair(path) == dry)
        #expect(Database(path).number("SELECT sum(checksum % 1000003) FROM events") == before)
        try await withSQLiteEventStore(bench.configuration) { store in
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
            #expect(try await BackupBench.log(store) == log)
            for tag in Set(log.flatMap(\.event.tags)) {
                let page = try await store.read(Selection(.everything, .events(tagged: tag)), .forward, limit: .max)
                #expect(page.events == log.filter { $0.event.tags.contains(tag) })
            }
            let record = try await store.state(kept)
            #expect(words.contains("'positions'") ? record == nil : record?.number == 5)
            let found = try await store.state(StateQuery(kept.space, by: .init("by"))).records
            #expect(found == [record].compactMap(\.self))
            try await store.commit(StoreChange([.put(StateRecord(kept, number: 6))]))
            #expect(try await store.state(kept)?.revision ?? 0 > record?.revision ?? 0)
            // The writer goes on with the tags that were numbered anew.
            try await bench.fill(store, 10, seed: 3)
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
        #expect(try await SQLiteEventStore.repair(path).mended.isEmpty)
    }

    @Test func `takes away checkpoints where no event can be`() async throws {
        try await bench.fill(20)
        try await withSQLiteEventStore(bench.configuration) { store in
            let below = StateRecord(StateKey("below", in: StateSpace("checkpoints")), number: -1)
            try await store.commit(StoreChange([.put(below)]))
            try await store.setCheckpoint("ahead", to: 100_000)
            try await store.setCheckpoint("right", to: 3)
            for position in [3, 100_000] as [Position] {
                try await store.save(Snapshot(
                    name: "at \(position)", position: position, version: 1, fingerprint: 1, reducer: 1, time: Timestamp(nanoseconds: 0),
                    state: [1]))
            }
            let error = await #expect(throws: FlxError.self) { try await store.checkpoint("below") }
            #expect(error?.code == .corrupt)
            #expect(try await store.verify { _, _ in }.faults.count == 3)
        }
        let words = try await SQLiteEventStore.repair(path).mended
        #expect(words.map { $0.contains("beyond the last event") } == [false, true, true])
        try await withSQLiteEventStore(bench.configuration) { store in
            let (faults, kept) = (try await store.verify { _, _ in }.faults, try await store.checkpoint("right"))
            let snapshots = try await store.snapshots(prefix: "", after: nil, limit: 9).map(\.name)
            #expect(faults.isEmpty && kept == 3 && snapshots == ["at 3"])
        }
    }

    @Test func `changes nothing where something else would be mended than was told`() async throws {
        try await bench.fill(20)
        #expect(Database(path).run("DELETE FROM tags WHERE position = (SELECT min(position) FROM tags)") == nil)
        let told = try await SQLiteEventStore.repair(path, isDryRun: true)
        try await withSQLiteEventStore(bench.configuration) { try await $0.setCheckpoint("ahead", to: 100_000) }
        let other = try await SQLiteEventStore.repair(path, expecting: told)
        #expect(other.mended != told.mended)
        #expect(Database(path).number("SELECT count(*) FROM state_records WHERE name = 'ahead'") == 1)
        #expect(try await SQLiteEventStore.repair(path, expecting: other) == other)
        #expect(Database(path).number("SELECT count(*) FROM state_records WHERE name = 'ahead'") == 0)
    }

    @Test func `says what it cannot mend, and keeps the tags of events that cannot be read`() async throws {
        let log = try await bench.fill(40)
        let damaged = try #require(log.first { $0.event.tags.count > 1 && $0.position > 3 })
        Database(path).run("""
            UPDATE events SET payload = x'00' WHERE position = \(damaged.position);
            DELETE FROM events WHERE position = 2;
            DELETE FROM tags WHERE position = 2;
            DELETE FROM tags WHERE position = 1;
            """)
        let tags = Database(path).number("SELECT count(*) FROM tags WHERE position = \(damaged.position)")
        let report = try await SQLiteEventStore.repair(path)
        #expect(report.events == Int64(log.count) - 1)
        #expect(report.faults.contains { $0.position == 2 && $0.message.contains("missing") })
        #expect(report.faults.contains { $0.position == damaged.position && $0.message.contains("not what was appended") })
        #expect(Database(path).number("SELECT count(*) FROM tags WHERE position = \(damaged.position)") == tags)
        #expect(Database(path).number("SELECT count(*) FROM tags WHERE position = 1") == Int64(Set(log[0].event.tags).count))
    }

    @Test func `views are taken away when asked`() async throws {
        try await bench.fill(5)
        try await withSQLiteEventStore(bench.configuration) { try await $0.write([ViewHead(1, of: "mine", at: 3, tables: ["rows"])]) }
        Database(path).run("CREATE TABLE rows(total INTEGER)")
        #expect(try await SQLiteEventStore.repair(path).mended.isEmpty)
        let mended = try await SQLiteEventStore.repair(path, forgetsViews: true).mended
        #expect(mended == ["the view 'mine' is taken away until its runner builds it anew: as was asked"])
        #expect(try await withSQLiteEventStore(bench.configuration) { try await $0.generations(of: nil) }.isEmpty)
        #expect(Database(path).number("SELECT count(*) FROM rows") == nil)
    }

    @Test func `a store in use is refused, and so is none`() async throws {
        try await bench.fill(3)
        try await withSQLiteEventStore(bench.configuration) { _ in
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(path) }
            #expect(error?.code == .locked)
        }
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(bench.folder.file("none.db")) }
        #expect(error?.code == .notFound)
    }

    @Test func `brings a sound file of an older format forward, so that it can be read and replaced`() async throws {
        let log = try await bench.fill(10)
        let backup = bench.folder.file("backup.db")
        try await withSQLiteEventStore(bench.configuration) { _ = try await $0.backup(to: backup) }
        #expect(Database(backup).turnBack(to: 2) == nil)
        let refusal = await #expect(throws: FlxError.self) { try await SQLiteEventStore.verify(backup: backup) }
        #expect(refusal?.code == .incompatibleFormat && refusal?.message.contains("flx repair") == true)
        let dry = try await SQLiteEventStore.repair(backup, isDryRun: true)
        #expect(dry.mended == ["the file had the older format 2"] && Database(backup).number("PRAGMA user_version") == 2)
        #expect(try await SQLiteEventStore.repair(backup) == dry)
        #expect(try await SQLiteEventStore.verify(backup: backup).faults.isEmpty)
        #expect(try await BackupBench.log(backup) == log)
        try await withSQLiteEventStore(bench.configuration) { _ = try await $0.backup(to: backup) }
    }

    @Test func `says which checkpoints of an older format nobody has written`() async throws {
        try await bench.fill(3)
        #expect(Database(path).turnBack(to: 2) == nil)
        #expect(Database(path).run("INSERT INTO checkpoints VALUES('reader', 1), ('below', -1), ('\u{1}more', 4)") == nil)
        let words = try await SQLiteEventStore.repair(path).mended
        #expect(words.count == 2 && words.last?.hasPrefix("2 of the checkpoints have a name or a number") == true, "\(words)")
        let position = try await withSQLiteEventStore(bench.configuration) { try await $0.checkpoint("reader") }
        #expect(position == 1)
    }

    @Test(arguments: [1, 2], ["checkpoints", "snapshots"])
    func `brings events out of a file of an older format with a table that cannot be read`(_ format: Int, _ table: String) async throws {
        guard format == 2 || table == "checkpoints" else { return }
        let log = try await bench.fill(10)
        #expect(Database(path).turnBack(to: format) == nil)
        #expect(Database(path).run("INSERT INTO checkpoints VALUES('reader', 1)") == nil)
        if format == 2 { #expect(Database(path).run("INSERT INTO snapshots VALUES('a', 1, 1, 1, 1, 1, 1, randomblob(50000))") == nil) }
        try overwritePage(try #require(Database(path).number("SELECT rootpage FROM sqlite_master WHERE name = '\(table)'")))
        let refusal = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(bench.configuration) }
        #expect(refusal?.code == .corrupt)
        let dry = try await SQLiteEventStore.repair(path, isDryRun: true)
        #expect(dry.mended.contains { $0.contains("'\(table)' of the older format could not be read") }, "\(dry.mended)")
        #expect(!dry.mended.contains { $0.contains("the indexes disagreed") } && dry.events == Int64(log.count))
        #expect(dry.faults.isEmpty && dry.mended.last?.contains("pages of the file were in no use") == true, "\(dry)")
        #expect(try await SQLiteEventStore.repair(path) == dry)
        #expect(try await BackupBench.log(path) == log)
        #expect(try await SQLiteEventStore.verify(backup: path).faults.isEmpty)
        try await withSQLiteEventStore(bench.configuration) { store in
            #expect(try await store.checkpoint("reader") == (table == "checkpoints" ? nil : 1))
            try await bench.fill(store, 3, seed: 2)
        }
    }

    /// Writes bytes over a page that no page can have.
    private func overwritePage(_ page: Int64, with byte: UInt8 = 0xFF) throws {
        let size = try #require(Database(path).number("PRAGMA page_size"))
        #expect(Database(path).run("PRAGMA wal_checkpoint(TRUNCATE)") == nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64((page - 1) * size))
        try file.write(contentsOf: Data(repeating: byte, count: Int(size)))
        try file.close()
    }

    @Test(arguments: ["events_id", "events_stream", "events_type"], [(0xFF, false), (0, false), (0xFF, true)] as [(UInt8, Bool)])
    func `makes an index anew that cannot be read`(_ index: String, _ damage: (byte: UInt8, isLeaf: Bool)) async throws {
        let log = try await bench.fill(1_500)
        let roots = try #require(Database(path).number("SELECT rootpage FROM sqlite_master WHERE name = '\(index)'"))
        let page = damage.isLeaf ? try leaf(of: roots) : roots
        try overwritePage(page, with: damage.byte)
        let dry = try await SQLiteEventStore.repair(path, isDryRun: true)
        #expect(dry.faults.isEmpty && dry.events == Int64(log.count), "\(dry)")
        #expect(dry.mended.contains { $0.contains("the index '\(index)' could not be read") }, "\(dry)")
        #expect(try await SQLiteEventStore.repair(path) == dry)
        #expect(try await SQLiteEventStore.verify(backup: path).faults.isEmpty)
        #expect(try await BackupBench.log(path) == log)
        try await withSQLiteEventStore(bench.configuration) { store in
            try await bench.fill(store, 3, seed: 2)
            let found = try await store.event(log[7].id)
            #expect(found == log[7])
        }
        #expect(try await SQLiteEventStore.repair(path).mended.isEmpty)
    }

    /// The last child of an interior page of an index.
    private func leaf(of root: Int64) throws -> Int64 {
        let size = try #require(Database(path).number("PRAGMA page_size"))
        #expect(Database(path).run("PRAGMA wal_checkpoint(TRUNCATE)") == nil)
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seek(toOffset: UInt64((root - 1) * size))
        let head = try #require(try file.read(upToCount: 12))
        #expect(head[0] == 2, "an interior page of an index")
        return head[8..<12].reduce(0) { $0 << 8 | Int64($1) }
    }

    @Test func `mends a store of an older format, which a writer then brings forward`() async throws {
        let log = try await bench.fill(10)
        #expect(Database(path).turnBack(to: 1) == nil && Database(path).run("CREATE INDEX events_recorded ON events(recorded)") == nil)
        let refusal = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(bench.configuration) }
        #expect(refusal?.message.contains("flx repair") == true)
        let dry = try await SQLiteEventStore.repair(path, isDryRun: true)
        let mended = ["the index 'events_recorded' on the table 'events' was not the store's", "the file had the older format 1"]
        #expect(dry.mended == mended && dry.faults.isEmpty)
        #expect(Database(path).number("PRAGMA user_version") == 1)
        #expect(try await SQLiteEventStore.repair(path) == dry)
        #expect(try await BackupBench.log(path) == log)
    }

    @Test func `names are counted, whatever numbers a repair left between them`() async throws {
        let log = try await bench.fill(40)
        let next = "(SELECT max(id) + 1 FROM"
        #expect(Database(path).run("""
            INSERT INTO streams VALUES(\(next) streams), 'nothing'); INSERT INTO types VALUES(\(next) types), 'nothing')
            """) == nil)
        _ = try await withSQLiteEventStore(bench.configuration) { try await $0.append([Event(type: "new")], to: "new") }
        #expect(try await SQLiteEventStore.repair(path).mended.count == 2)
        let figures = try await withSQLiteEventStore(bench.configuration) { try await $0.statistics() }
        #expect(figures.streams == Int64(Set(log.compactMap(\.event.stream)).count + 1))
        #expect(figures.types == Int64(Set(log.map(\.event.type)).count + 1))
    }
}
