import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation

/// The intact store that crafted ones are made from, with an example of everything in a file, and its archive.
struct CraftedStore {
    static let checkpoints = ["reader", "caf\u{E9}", "cafe\u{301}"]
    static let lease = "work"
    static let indexed = "indexed"

    let folder: String
    var path: String { folder + "/base.db" }
    /// A copy with tables that accept NULL everywhere, for rows that no store would write.
    var loose: String { folder + "/loose.db" }
    var archive: String { folder + "/base-archive" }

    static func snapshot(_ number: Int64) throws -> Snapshot {
        Snapshot(
            name: "state-\(number)", position: try Position(number), version: try Version(number), fingerprint: .max, reducer: 1,
            time: Timestamp(nanoseconds: number), state: Array("{\"a\":\(number)}".utf8))
    }

    static let space = StateSpace("records")

    static func record(_ number: Int64) -> StateRecord {
        StateRecord(
            StateKey("record-\(number)", in: space), number: number, body: Array("{}".utf8),
            entries: [StateEntry("sum", number), StateEntry("name", "n")])
    }

    /// Makes the files.
    func make(seed: UInt64) async throws {
        var factory = EventFactory(seed: seed)
        try await withSQLiteEventStore(.init(path: path)) { store in
            for _ in 0..<4 {
                _ = try await store.append(factory.events(5).map { StreamWrite([$0], to: $0.stream ?? "none") }, unless: nil)
                try await Movement.fill(store, 4, accounts: 3, &factory.random)
            }
            for (number, name) in Self.checkpoints.enumerated() { try await store.setCheckpoint(name, to: Position(Int64(number * 9 + 3))) }
            _ = try await store.acquireLease(Self.lease, owner: "somebody", for: .seconds(60))
            try await ServiceTour(store).prepare()
            for number: Int64 in 1...4 { try await store.save(try Self.snapshot(number)) }
            try await ViewAudit.catchUp(store)
            try await Self.index(store)
            try await store.commit(StoreChange((1...4).map { .put(Self.record($0)) }))
            _ = try await store.beginGeneration(of: Sums.name, version: 2)
            _ = try await store.archive(into: archive)
            _ = try await store.append(factory.events(3).map { StreamWrite([$0], to: $0.stream ?? "none") }, unless: nil)
            _ = try await store.archive(into: archive)
        }
        try FileManager.default.copyItem(atPath: path, toPath: loose)
        let file = try RawFile(loose)
        try file.execute("""
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table' AND name NOT LIKE 'sqlite_%';
            """)
        file.close()
    }

    /// Returns the statements that restore the definitions of a loose file.
    func definitions() throws -> String {
        let rows = try RawFile(path).rows("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return "PRAGMA writable_schema = ON;\n" + rows.map { row in
            let (name, sql) = (SQLText.literal(row[0].text), SQLText.literal(row[1].text))
            return "UPDATE sqlite_schema SET sql = \(sql) WHERE type = 'table' AND name = \(name);"
        }.joined(separator: "\n")
    }

    /// Makes a view with documents that have entries.
    private static func index(_ store: SQLiteEventStore) async throws {
        let generation = try await store.beginGeneration(of: indexed, version: 1)
        let changes = (1...4).map { number in
            ViewStep.Change.put(
                ViewDocument(
                    key: "key-\(number)", body: Array("{}".utf8), entries: [ViewEntry("sum", Int64(number)), ViewEntry("name", "n")]))
        }
        try await store.commit(ViewStep(of: generation.id, after: .start, through: Position(5), changes: changes, events: []))
    }
}

/// SQL texts for use in statements.
enum SQLText {
    static func literal(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
    static func name(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
}
