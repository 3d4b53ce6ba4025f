import FlxCore
import FlxEvents
import FlxTesting
import Testing

@testable import FlxSQLite

/// An index that has lost entries is an error where that can be known, and never a shorter stream.
@Suite struct LostEntryTests {
    private let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private var path: String { bench.folder.store }

    /// Puts an index in the place of one of the store's that lacks the entries of some events.
    private func lose(_ column: String, where condition: String) {
        #expect(Database(path).run("""
            PRAGMA writable_schema = ON;
            CREATE TABLE other(position INTEGER PRIMARY KEY, \(column));
            INSERT INTO other SELECT position, \(column) FROM events WHERE NOT (\(condition));
            CREATE INDEX other_list ON other(\(column));
            UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'other_list')
            WHERE name = 'events_\(column)';
            DELETE FROM sqlite_master WHERE name IN ('other', 'other_list');
            """) == nil)
    }

    private func code(_ body: () async throws -> Void) async -> FlxError.Code? {
        do { try await body() } catch { return (error as? FlxError)?.code }
        return nil
    }

    /// Reads to the end or to an error.
    private func read(
        _ store: SQLiteEventStore, _ selection: Selection, isForward: Bool, limit: Int
    ) async -> (events: [RecordedEvent], code: FlxError.Code?) {
        var (events, direction) = ([RecordedEvent](), isForward ? ReadDirection.forward : .backward)
        do {
            while true {
                let page = try await store.read(selection, direction, limit: limit)
                events += page.events
                if page.isLast { return (events, nil) }
                direction = isForward ? .forward(after: page.through) : .backward(before: page.through)
            }
        } catch {
            return (events, error.code)
        }
    }

    /// The events of the longest stream.
    private func longest(_ log: [RecordedEvent]) throws -> [RecordedEvent] {
        try #require(Dictionary(grouping: log) { $0.event.stream }.values.max { $0.count < $1.count })
    }

    @Test(arguments: [1, 2, 3, 100], [nil, 0, 1, 7, 12])
    func `a stream with a gap is an error, wherever its pages end`(_ limit: Int, _ lost: Int?) async throws {
        let log = try await bench.fill(60)
        let events = try longest(log)
        let stream = try #require(events.first?.event.stream)
        var selections: [Selection] = [.stream(stream), Selection(.stream(stream), since: Timestamp(nanoseconds: .min))]
        if limit == 100 { selections.append(Selection(.prefix(stream.description))) }
        if let lost {
            try #require(events[lost].position.value < log.count - 40)
            lose("stream", where: "position = \(events[lost].position)")
        }
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            for (selection, isForward) in selections.flatMap({ [($0, true), ($0, false)] }) {
                let found = await read(store, selection, isForward: isForward, limit: limit)
                let own = found.events.filter { $0.event.stream == stream }
                let sound = lost.map { isForward ? Array(events[..<$0]) : events[($0 + 1)...].reversed() }
                #expect(found.code == (lost == nil ? nil : .corrupt), "\(selection)")
                #expect(lost == nil ? own.count == events.count : own.elementsEqual((sound ?? []).prefix(own.count)), "\(selection)")
            }
            // A reader that goes on from behind the gap gets what is left.
            guard let lost else { return }
            let behind = try await store.read(.stream(stream), .forward(after: events[lost].position), limit: 1_000)
            #expect(behind.events == Array(events[(lost + 1)...]))
        }
        let report = try await SQLiteEventStore.repair(path)
        #expect(report.faults.isEmpty && report.mended.isEmpty == (lost == nil))
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            #expect(await read(store, .stream(stream), isForward: true, limit: limit).events == events)
        }
    }

    @Test func `an export that passes over damage has all that can be found`() async throws {
        let log = try await bench.fill(60)
        let events = try longest(log)
        let stream = try #require(events.first?.event.stream)
        lose("stream", where: "position = \(events[5].position)")
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            var found: [RecordedEvent] = []
            let filter = EventFilter(.stream(stream))
            try await filter.scan(store, skipsDamaged: true) { event in
                found.append(event)
                return true
            }
            #expect(found == events.filter { $0 != events[5] })
            #expect(await code { try await filter.scan(store) { _ in true } } == .corrupt)
        }
    }

    @Test(arguments: ["stream", "type", "id"])
    func `a reader finds nothing by an index that lacks the last events, and reads the log`(_ column: String) async throws {
        let log = try await bench.fill(40)
        let last = try #require(log.last)
        let nobody = try EventID("nobody")
        lose(column, where: "position > \(last.position.value - 3)")
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            let whole = try await BackupBench.log(store)
            #expect(whole == log)
            let selections: [Selection] = [.stream(last.event.stream ?? "none"), .types(last.event.type), .stream("nobody")]
            for selection in selections {
                #expect(await code { _ = try await store.read(selection, .forward, limit: 1_000) } == .corrupt, "\(selection)")
                #expect(await code { _ = try await store.read(selection, .backward, limit: 1) } == .corrupt, "\(selection)")
            }
            #expect(await code { _ = try await store.streams(prefix: "", after: nil, limit: 10) } == .corrupt)
            #expect(await code { _ = try await store.types() } == .corrupt)
            #expect(await code { _ = try await store.event(nobody) } == .corrupt)
            let report = try await store.verify { _, _ in }
            #expect(!report.faults.isEmpty)
        }
        #expect(try await SQLiteEventStore.repair(path).faults.isEmpty)
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            let page = try await store.read(.stream("nobody"), .forward, limit: 1)
            let found = try await store.event(last.event.id)
            #expect(page.events.isEmpty && found == last)
        }
    }

    @Test func `nobody writes where the index by tag lacks the last events, until a repair`() async throws {
        let log = try await bench.fill(40)
        let tagged = try #require(log.suffix(32).last { !$0.event.tags.isEmpty })
        let tag = try #require(tagged.event.tags.first)
        for loss in ["DELETE FROM tags WHERE position = \(tagged.position)", "UPDATE tag_names SET name = 'other' WHERE name = '\(tag)'"] {
            #expect(Database(path).run(loss) == nil)
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(bench.configuration) }
            #expect(error?.code == .corrupt && error?.message.contains("flx repair") == true, "\(String(describing: error))")
            try await withSQLiteEventStore(.readOnly(path: path)) { store in
                #expect(await code { _ = try await store.read(.tags(tag), .forward, limit: 1) } == .corrupt)
                let whole = try await BackupBench.log(store)
                #expect(whole == log)
            }
            #expect(try await SQLiteEventStore.repair(path).faults.isEmpty)
            try await SQLiteEventStore.open(bench.configuration).close()
        }
    }

    @Test func `a damaged event among the last ones keeps nobody from writing`() async throws {
        let log = try await bench.fill(40)
        let tagged = try #require(log.suffix(32).dropLast().last { !$0.event.tags.isEmpty })
        #expect(Database(path).run("UPDATE events SET checksum = checksum + 1 WHERE position = \(tagged.position)") == nil)
        try await withSQLiteEventStore(bench.configuration) { store in
            _ = try await store.append([Event(type: "t")], to: "s")
            let last = try await store.lastPosition()
            #expect(last.value == log.count + 1)
        }
    }

    @Test func `an index by id that leads to another event is an error`() async throws {
        let log = try await bench.fill(20)
        #expect(Database(path).run("""
            PRAGMA writable_schema = ON;
            CREATE TABLE other(position INTEGER PRIMARY KEY, id);
            INSERT INTO other SELECT position + 1, id FROM events WHERE position < \(log.count);
            CREATE INDEX other_list ON other(id);
            UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'other_list') WHERE name = 'events_id';
            DELETE FROM sqlite_master WHERE name IN ('other', 'other_list');
            """) == nil)
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            for recorded in log { #expect(await code { _ = try await store.event(recorded.event.id) } == .corrupt) }
        }
    }
}
