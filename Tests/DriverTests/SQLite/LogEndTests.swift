import FlxCore
import FlxEvents
import FlxSQLite
import Foundation
import Testing

/// Where a log ends is one number. A damaged one does not make a shorter log of it.
@Suite struct LogEndTests {
    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private var path: String { bench.folder.store }

    private func code(_ body: () async throws -> Void) async -> FlxError.Code? {
        do { try await body() } catch { return (error as? FlxError)?.code }
        return nil
    }

    /// Changes the pages of the table of events: its first one, and the last one of its events.
    private func damage(_ body: (_ root: inout [UInt8], _ first: [UInt8], _ last: inout [UInt8]) -> Void) throws {
        let size = Int(try #require(Database(path).number("PRAGMA page_size")))
        let rootPage = Int(try #require(Database(path).number("SELECT rootpage FROM sqlite_master WHERE name = 'events'")))
        #expect(Database(path).run("PRAGMA wal_checkpoint(TRUNCATE)") == nil)
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        func place(_ page: Int) -> Range<Int> { (page - 1) * size..<page * size }
        func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
        var root = Array(bytes[place(rootPage)])
        try #require(root[0] == 5, "an interior page of a table")
        let cell = number(root[12..<14])
        let (firstPage, lastPage) = (number(root[cell..<cell + 4]), number(root[8..<12]))
        var last = Array(bytes[place(lastPage)])
        try #require(last[0] == 13, "a page of events")
        body(&root, Array(bytes[place(firstPage)]), &last)
        bytes.replaceSubrange(place(rootPage), with: root)
        bytes.replaceSubrange(place(lastPage), with: last)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test(arguments: [[0x80, 0x00], [0x81, 0x05], [0xFF, 0x7F]] as [[UInt8]])
    func `a damaged last position is an error behind the events before it`(_ position: [UInt8]) async throws {
        let log = try await bench.fill(300)
        try damage { _, _, last in
            let count = Int(last[3]) << 8 | Int(last[4])
            let cell = Int(last[8 + 2 * (count - 1)]) << 8 | Int(last[9 + 2 * (count - 1)])
            // The size of the row is before its position; both have two bytes.
            let place = cell + (last[cell] & 0x80 == 0 ? 1 : 2)
            last.replaceSubrange(place..<place + 2, with: position)
        }
        let end = log[log.count - 1].position
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            let last = try await store.lastPosition()
            let page = try await store.read(.everything, .forward(after: log[log.count - 10].position), limit: 8)
            #expect(last == end && page.events == log.suffix(9).dropLast())
            let before = try await store.read(.everything, .forward(after: log[log.count - 3].position), limit: 8)
            #expect(before.events == [log[log.count - 2]] && !before.isLast)
            #expect(await code { _ = try await store.read(.all, .forward(after: log[log.count - 2].position), limit: 8) } == .corrupt)
            #expect(await code { _ = try await store.read(.everything, .backward, limit: 8) } == .corrupt)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.contains { $0.position == end })
        }
        #expect(await code { _ = try await SQLiteEventStore.open(bench.configuration) } == .corrupt)
        #expect(await code { _ = try await SQLiteEventStore.repair(path) } == .corrupt)
    }

    @Test func `a log that ends before its indexes do is an error behind what is left, however it is read`() async throws {
        let log = try await bench.fill(300)
        try damage { root, first, _ in root = first }
        let selections: [Selection] = [
            .everything, .stream(log[0].event.stream ?? "none"),
            Selection(.everything, Query(criteria: [.init(types: [log[0].event.type])])), .stream("nobody"),
        ]
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            for selection in selections {
                var (found, through) = ([RecordedEvent](), Position.start)
                let end = await code {
                    while true {
                        let page = try await store.read(selection, .forward(after: through), limit: 3)
                        #expect(!page.isLast)
                        found += page.events
                        through = page.through
                    }
                }
                #expect(end == .corrupt && found.elementsEqual(log.filter(selection.matches).prefix(found.count)), "\(selection)")
                #expect(found.isEmpty == (selection == .stream("nobody")))
                #expect(await code { _ = try await store.read(selection, .backward, limit: 3) } == .corrupt, "\(selection)")
            }
            #expect(await code { _ = try await store.statistics() } == .corrupt)
            #expect(await code { _ = try await store.archive(into: bench.folder.path + "/archive") } == .corrupt)
            let report = try await store.verify { _, _ in }
            #expect(!report.faults.isEmpty)
        }
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(bench.configuration) }
        #expect(error?.code == .corrupt && error?.message.contains("up to position \(log.count)") == true, "\(String(describing: error))")
    }

    @Test func `a log that gets shorter under a reader is an error for it`() async throws {
        let log = try await bench.fill(20)
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            let whole = try await BackupBench.log(store)
            #expect(whole == log)
            Database(path).run("DELETE FROM events WHERE position > \(log.count - 3)")
            // Each reading connection has seen the end, or the index at its opening.
            for _ in 1...4 {
                #expect(await code { _ = try await store.read(.all, .forward(after: log[log.count - 4].position), limit: 8) } == .corrupt)
            }
        }
    }

    @Test func `a repair does not make indexes anew that tell of lost events`() async throws {
        let log = try await bench.fill(300)
        try damage { root, first, _ in root = first }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for isDryRun in [true, false] {
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(path, isDryRun: isDryRun) }
            let told = error?.code == .corrupt ? error?.message : nil
            #expect(told?.contains("up to \(log.count), which are lost") == true, "\(String(describing: error))")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try await !SQLiteEventStore.verify(backup: path).faults.isEmpty)
    }

    @Test(arguments: ["stream", "type", "id"])
    func `nobody writes where an index lacks the last events, until a repair`(_ column: String) async throws {
        let log = try await bench.fill(40)
        // The index of a table that had fewer events.
        #expect(Database(path).run("""
            PRAGMA writable_schema = ON;
            CREATE TABLE other(\(column)); INSERT INTO other SELECT \(column) FROM events WHERE position < \(log.count - 5);
            CREATE INDEX other_list ON other(\(column));
            UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'other_list')
            WHERE name = 'events_\(column)';
            DELETE FROM sqlite_master WHERE name IN ('other', 'other_list');
            """) == nil)
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(bench.configuration) }
        #expect(error?.code == .corrupt && error?.message.contains("flx repair") == true, "\(String(describing: error))")
        #expect(try await BackupBench.log(path) == log)
        #expect(try await SQLiteEventStore.repair(path).faults.isEmpty)
        try await withSQLiteEventStore(bench.configuration) { _ = try await $0.append([Event(type: "t")], to: "s") }
        #expect(try await BackupBench.log(path).dropLast() == log[...])
    }

    @Test func `nobody writes where the name of a stream cannot be found, until a repair`() async throws {
        let log = try await bench.fill(20)
        let stream = try #require(log.last?.event.stream)
        #expect(Database(path).run("""
            PRAGMA writable_schema = ON;
            CREATE TABLE other(name TEXT NOT NULL UNIQUE);
            UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_other_1')
            WHERE name = 'sqlite_autoindex_streams_1';
            DELETE FROM sqlite_master WHERE tbl_name = 'other';
            """) == nil)
        #expect(await code { _ = try await SQLiteEventStore.open(bench.configuration) } == .corrupt)
        #expect(try await SQLiteEventStore.repair(path).faults.isEmpty)
        try await withSQLiteEventStore(bench.configuration) { _ = try await $0.append([Event(type: "t")], to: stream) }
        let whole = try await BackupBench.log(path)
        #expect(whole.last?.version.value == Int64(log.count { $0.event.stream == stream }) + 1)
    }

    @Test func `one damaged index is no sign of lost events`() async throws {
        let log = try await bench.fill(40)
        // An index of a table that had more events.
        #expect(Database(path).run("""
            PRAGMA writable_schema = ON;
            CREATE TABLE other(stream, n); INSERT INTO other SELECT stream, 0 FROM events; INSERT INTO other SELECT 1, 0 FROM events;
            CREATE INDEX other_stream ON other(stream);
            UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'other_stream')
            WHERE name = 'events_stream';
            DELETE FROM sqlite_master WHERE name IN ('other', 'other_stream');
            """) == nil)
        let report = try await SQLiteEventStore.repair(path)
        #expect(report.faults.isEmpty && !report.mended.isEmpty, "\(report)")
        #expect(try await BackupBench.log(path) == log)
    }

    @Test func `events that are missing before the last one do not hide it`() async throws {
        let log = try await bench.fill(20)
        let end = log[log.count - 1]
        Database(path).run("DELETE FROM events WHERE position IN (\(end.position.value - 2), \(end.position.value - 1))")
        try await withSQLiteEventStore(bench.configuration) { store in
            let last = try await store.lastPosition()
            let page = try await store.read(.everything, .forward(after: log[log.count - 2].position), limit: 1)
            #expect(last == end.position && page.events == [end])
        }
    }
}
