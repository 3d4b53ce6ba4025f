import ChildProcesses
import FlxSQLite
import FlxTesting
import Foundation

/// The process to be killed while it migrates a store to a newer format.
enum MigratingChild {
    /// The last real format, and the last format of this campaign.
    static let (real, last) = (Int(Schema.migrations.last?.version ?? 0), 30)
    /// The real steps and further ones. Each takes long enough for kills to interrupt it often.
    static let steps: [Migration] = Schema.migrations + (real + 1...last).map { version in
        Migration(to: Int64(version), """
            CREATE TABLE step_\(version)(value INTEGER NOT NULL, pad BLOB NOT NULL);
            WITH RECURSIVE numbers(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < 200)
            INSERT INTO step_\(version) SELECT value, zeroblob(500) FROM numbers;
            CREATE INDEX step_\(version)_value ON step_\(version)(value);
            """)
    }

    /// `migrate PATH`
    static func main(_ arguments: [String]) async {
        guard let path = arguments.first else { exit(64) }
        say("begun")
        do {
            try await SQLiteEventStore.open(.init(path: path), migrations: steps).close()
        } catch {
            say("failed: \(error)")
            exit(3)
        }
        say("done")
    }
}

extension Campaign {
    /// `kill -9` during migrations. Each step must be complete or absent, and the next start must continue from there.
    static let migrations = Campaign(name: "migrations") { terms in
        let cycles = terms.count(full: 100, short: 10)
        var (random, midway) = (terms.random, 0)
        for cycle in 0..<cycles {
            let path = "\(terms.folder)/migrations-\(cycle).db"
            try await withSQLiteEventStore(.init(path: path)) { store in
                _ = try await store.append(Batch(seed: terms.seed, writer: 0, number: 1).writes, unless: nil)
            }
            let child = try ChildProcess(role: ["migrate", path])
            try await child.work(microseconds: random.number(below: 40_000))
            let words = try await child.crash()
            try require(!words.contains("failed"), "a migration failed: \(words)")
            let (version, tables) = try Inspection.steps(path)
            let real = MigratingChild.real
            let expected = Array(0..<max(0, version - real)).map { "step_\($0 + real + 1) 200" }
            try require(tables == expected, "format \(version) with the steps \(tables)")
            if (real + 1..<MigratingChild.last).contains(version) { midway += 1 }
            let store = try await SQLiteEventStore.open(.init(path: path), migrations: MigratingChild.steps)
            var ledger = Ledger(seed: terms.seed)
            ledger.note("0 1")
            try require(try await ledger.audit(store).lost == 0, "an event is lost")
            await store.close()
            try require(try Inspection.steps(path).version == MigratingChild.last, "the migration was not brought to its end")
        }
        return "\(cycles) kills, \(midway) of them between two steps: each step whole or absent, none of the events lost"
    }
}
