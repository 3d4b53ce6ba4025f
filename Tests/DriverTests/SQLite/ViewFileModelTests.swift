import FlxEvents
import FlxTesting
import Foundation
import GRDB
import Testing

@testable import FlxSQLite

private protocol Release: Sendable { static var version: Int { get } }
private enum First: Release { static let version = 1 }
private enum Second: Release { static let version = 2 }

/// Counts events in documents; each version counts by its number.
private struct Documents<Of: Release>: DocumentView {
    typealias Document = Int
    static var name: String { "documents" }
    static var version: Int { Of.version }
    static var selection: Selection { .prefix("s-") }
    static func entries(of document: Document) -> [ViewEntry] { [ViewEntry("count", Int64(document))] }

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool {
        counts[recorded.event.stream?.description ?? "", default: 0] += Of.version
        counts.append([try Event(type: "counted", data: .int(recorded.position.value))], to: "effects-documents")
        return true
    }
}

/// The same in a table, with one more in the second version.
private struct Tables<Of: Release>: SQLView {
    static var name: String { "tables" }
    static var version: Int { Of.version }
    static var selection: Selection { .prefix("s-") }
    static var tables: [String] { Of.version == 1 ? ["counts"] : ["counts", "more"] }

    func create(_ tables: SQLTables) throws {
        for table in Self.tables {
            try tables.execute("CREATE TABLE \(tables[table])(stream TEXT PRIMARY KEY, count INTEGER NOT NULL)")
            try tables.execute("CREATE INDEX \(tables[table])_by_count ON \(tables[table])(count)")
        }
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        for table in Self.tables {
            try tables.execute(
                "INSERT INTO \(tables[table]) VALUES(?1, ?2) ON CONFLICT(stream) DO UPDATE SET count = count + excluded.count",
                [recorded.event.stream?.description, Of.version])
        }
        tables.append([try Event(type: "counted", data: .int(recorded.position.value))], to: "effects-tables")
        return true
    }
}

/// Views of documents and of tables in one file, while runners come and go, and the file is copied and restored.
@Suite struct ViewFileModelTests {
    private let folder: Folder
    private let clock = ManualClock()

    init() throws { folder = try Folder() }

    private func configuration(_ path: String) -> SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: path)
        configuration.clock = clock.events
        return configuration
    }

    private func runner(_ version: Int, documents: Bool, _ store: SQLiteEventStore, pageSize: Int) throws -> ViewRunner {
        switch (version, documents) {
        case (1, true): ViewRunner(Documents<First>(), in: store, pageSize: pageSize)
        case (_, true): ViewRunner(Documents<Second>(), in: store, pageSize: pageSize)
        case (1, false): ViewRunner(try store.tables(Tables<First>()), pageSize: pageSize)
        default: ViewRunner(try store.tables(Tables<Second>()), pageSize: pageSize)
        }
    }

    /// Brings all views to the end with the newest version, and compares them with the log.
    private func finish(_ path: String, hasAllEffects: Bool, _ note: String) async throws {
        try await withSQLiteEventStore(configuration(path)) { store in
            let before = try await store.verify { _, _ in }.faults
            #expect(before.isEmpty, "\(note): \(before)")
            clock.advance(by: .seconds(100))
            for isOfDocuments in [true, false] {
                let runner = try runner(2, documents: isOfDocuments, store, pageSize: 7)
                try await runner.catchUp()
                try await runner.dropRebuild()
            }
            var expected: [String: Int] = [:]
            let events = try await store.read(.prefix("s-"), .forward, limit: 9_999).events
            for event in events { expected[event.event.stream?.description ?? "", default: 0] += 2 }
            let documents = try await store.documents(.all(), of: .view("documents")).documents
            let found = try documents.map { ($0.key, try EventValue(json: $0.body).int ?? 0) }
            #expect(Dictionary(uniqueKeysWithValues: found) == expected, "\(note)")
            for table in ["counts", "more"] {
                let rows = try await store.query { database in
                    try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { ($0["stream"] as String, $0["count"] as Int) }
                }
                #expect(Dictionary(uniqueKeysWithValues: rows) == expected, "\(note)")
            }
            for view in ["documents", "tables"] where hasAllEffects {
                let effects = try await store.read(.stream("effects-\(view)"), .forward, limit: 9_999).events.map {
                    try EventValue(json: $0.event.payload.bytes).int ?? 0
                }
                #expect(effects.sorted() == events.map { Int($0.position.value) }, "\(note): \(view)")
            }
            let generations = try await store.generations(of: nil)
            #expect(generations.allSatisfy { $0.role == .current && $0.version == 2 } && generations.count == 2, "\(note): \(generations)")
            let after = try await store.verify { _, _ in }.faults
            #expect(after.isEmpty, "\(note): \(after)")
        }
        let names = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE '%rebuild%'"
        #expect(Database(path).number(names) == 0, "\(note)")
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func viewsInOneFileAreWholeWhateverHappensToIt(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<4 {
            let newest = round < 2 ? 1 : 2
            try await withSQLiteEventStore(configuration(folder.store)) { store in
                for step in 0..<3 {
                    for _ in 0..<random.number(below: 12) {
                        try await store.append([Event(type: "t")], to: "s-\(random.number(below: 3))")
                    }
                    let plans = (0..<1 + random.number(below: 3)).map { _ in
                        (
                            max(1, newest - random.number(below: 2)), random.once(in: 2), 1 + random.number(below: 5),
                            random.number(below: 30), random.once(in: 3)
                        )
                    }
                    clock.advance(by: .seconds(random.once(in: 3) ? 35 : 1))
                    // The file as of a moment in between.
                    let backup = folder.file("backup-\(round)-\(step).db")
                    async let report = store.backup(to: backup)
                    await withTaskGroup(of: Void.self) { group in
                        for (version, isOfDocuments, pageSize, patience, isRebuild) in plans {
                            group.addTask {
                                let run = Task {
                                    let runner = try runner(version, documents: isOfDocuments, store, pageSize: pageSize)
                                    if isRebuild {
                                        try await runner.rebuild(comparing: .report)
                                    } else {
                                        try await runner.catchUp()
                                    }
                                }
                                try? await Task.sleep(for: .milliseconds(patience))
                                run.cancel()
                                if case .failure(let error) = await run.result {
                                    let codes: Set<FlxError.Code> = [.cancelled, .viewReplaced, .viewConflict, .notFound]
                                    let isOfOthers = (error as? FlxError).map { codes.contains($0.code) } ?? (error is CancellationError)
                                    #expect(isOfOthers, "\(error)")
                                }
                            }
                        }
                    }
                    let last = try await report.lastPosition.value
                    guard last > 1 else { continue }
                    let end = 1 + Int64(random.number(below: Int(last)))
                    let restored = folder.file("restored-\(round)-\(step).db")
                    _ = try await SQLiteEventStore.restore(backup, to: restored, upTo: .position(try Position(end)))
                    try await finish(restored, hasAllEffects: false, "seed \(seed), round \(round), restored at \(end) of \(last)")
                    try await finish(backup, hasAllEffects: true, "seed \(seed), round \(round), backup")
                }
            }
        }
        try await finish(folder.store, hasAllEffects: true, "seed \(seed), the end")
    }
}
