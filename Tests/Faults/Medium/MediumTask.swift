import ChildProcesses
import FlxCore
import FlxSQLite
import FlxTesting
import Foundation

/// Work interrupted by a failing medium, and a check of its promises afterwards.
struct MediumTask: Sendable {
    /// The output and the exit status of the process.
    struct Answer {
        let status: Int32
        let lines: [String]
        let mode: Shim.Mode

        var isOK: Bool { status == 0 }
        /// Returns the numbers after a word at the beginning of a line.
        func numbers(_ word: String) -> Set<Int> {
            Set(lines.filter { $0.hasPrefix(word + " ") }.compactMap { Int($0.split(separator: " ")[1]) })
        }
    }

    let name: String
    /// True if reading calls must fail, instead of calls for writing, opening and naming.
    var isReading = false
    /// True if the process ends by itself at its first error.
    var endsItself = false
    /// Makes the files needed before.
    let prepare: @Sendable (_ folder: String, Terms) async throws -> Void
    /// The role of the child.
    let role: @Sendable (_ folder: String, Terms) -> [String]
    /// Throws if a promise was broken.
    let judge: @Sendable (_ folder: String, Terms, Answer) async throws -> Void

    static let all = [
        appending, appending(dying: true), migrating, task("backup", .backup), task("backup-over", .backup), task("restore", .restore),
        task("archive", .archive), task("archive-more", .archive), repairing, importing, reading(.verify), reading(.read), reading(.backup),
    ]

    // MARK: Appending

    private static let appending = appending(dying: false)

    static func appending(dying: Bool, plant: [String] = []) -> MediumTask {
        MediumTask(name: dying ? "append-dying" : "append", endsItself: dying) { _, _ in
        } role: { folder, terms in
            ["endure", folder + "/events.db", "\(terms.seed)"] + (dying ? ["dies"] : []) + plant
        } judge: { folder, terms, answer in
            try await MediumJudgement(folder: folder, seed: terms.seed, answer: answer).judgeAppends()
        }
    }

    // MARK: Files

    private static func fill(_ path: String, _ terms: Terms, from first: Int = 1) async throws {
        try await withSQLiteEventStore(.init(path: path)) { store in
            for number in first..<first + 10 {
                _ = try await store.append(Batch(seed: terms.seed, writer: 0, number: number).writes, unless: nil)
            }
        }
    }

    private static func sound(_ path: String) async throws -> Int64 {
        let report = try await SQLiteEventStore.verify(backup: path)
        try require(report.faults.isEmpty, "\(path) is not whole: \(report.faults.prefix(2))")
        return report.events
    }

    /// Returns a task for a deed that makes a file or a folder from a store.
    private static func task(_ name: String, _ deed: Deed) -> MediumTask {
        MediumTask(name: name) { folder, terms in
            try await fill(folder + "/events.db", terms)
            if name == "backup-over" || name == "archive-more" {
                _ = try await deed.run(folder + "/events.db", output: folder + "/out")
                try await fill(folder + "/events.db", terms, from: 11)
            }
        } role: { folder, _ in
            ["deed", deed.rawValue, folder + "/events.db", folder + "/out"]
        } judge: { folder, _, answer in
            let (path, output) = (folder + "/events.db", folder + "/out")
            let events = try await sound(path)
            let place = deed == .archive ? output + "/manifest.jsonl" : output
            // An empty file may remain if it could not be removed. The next run replaces it.
            let isThere = FileManager.default.contents(atPath: place)?.isEmpty == false
            if isThere {
                let kept = try await sound(output)
                try require(!answer.isOK || kept == events, "was called whole, and has \(kept) of \(events) events")
            }
            try require(isThere || !answer.isOK, "was called whole, and is not there")
            if deed == .restore, isThere { return }
            _ = try await deed.run(path, output: output)
            try require(try await sound(output) == events, "another run did not bring it to its end")
        }
    }

    private static let migrating = MediumTask(name: "migrate") { folder, terms in
        try await fill(folder + "/events.db", terms)
        // Tables as in the first format.
        try RawFile(folder + "/events.db").execute("""
            CREATE TABLE checkpoints(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
            DROP TABLE state_spaces; DROP TABLE state_records; DROP TABLE state_entries; DROP TABLE state_revisions;
            PRAGMA user_version = 1;
            """)
    } role: { folder, _ in
        ["deed", "open", folder + "/events.db", ""]
    } judge: { folder, terms, _ in
        var ledger = Ledger(seed: terms.seed)
        ledger.note("0 10")
        try await withSQLiteEventStore(.init(path: folder + "/events.db")) { store in
            try require(try await ledger.audit(store).lost == 0, "an event is lost")
        }
    }

    private static let repairing = MediumTask(name: "repair") { folder, terms in
        try await fill(folder + "/events.db", terms)
        try RawFile(folder + "/events.db").execute("DROP INDEX events_type; DELETE FROM tags WHERE position % 3 = 0;")
    } role: { folder, _ in
        ["deed", "repair", folder + "/events.db", ""]
    } judge: { folder, terms, answer in
        let path = folder + "/events.db"
        if !answer.isOK { _ = try await SQLiteEventStore.repair(path) }
        var ledger = Ledger(seed: terms.seed)
        ledger.note("0 10")
        try await withSQLiteEventStore(.init(path: path)) { store in
            try require(try await ledger.audit(store).lost == 0, "an event is lost")
        }
    }

    // MARK: Import

    private static let lines = 200

    private static let importing = MediumTask(name: "import") { folder, _ in
        let text = (1...lines).map {
            #"{"specversion":"1.0","id":"i-\#($0)","source":"/x","type":"t","subject":"s","data":{"n":\#($0)}}"# + "\n"
        }
        try text.joined().write(toFile: folder + "/in.jsonl", atomically: false, encoding: .utf8)
    } role: { folder, _ in
        ["flx", "import", folder + "/in.jsonl", "--store", folder + "/events.db", "--batch", "20"]
    } judge: { folder, _, answer in
        let path = folder + "/events.db"
        if answer.isOK { try require(try await sound(path) == lines, "the import was called whole") }
        let again = try await ChildProcess(role: ["flx", "import", folder + "/in.jsonl", "--store", path]).end()
        try require(again.status == 0, "the import cannot be run again: \(again.errors)")
        try require(try await sound(path) == lines, "another run did not bring the import to its end")
    }

    // MARK: Reading

    /// Returns a task for reading. An intact file on a temporarily unreadable medium must not be called damaged.
    private static func reading(_ deed: Deed) -> MediumTask {
        MediumTask(name: "\(deed)-unreadable", isReading: true) { folder, terms in
            try await fill(folder + "/events.db", terms)
            // SQLite looks at pages in no use, too.
            try RawFile(folder + "/events.db").execute("CREATE TABLE gone(x); INSERT INTO gone VALUES(zeroblob(40000)); DROP TABLE gone;")
        } role: { folder, _ in
            ["deed", deed.rawValue, folder + "/events.db", folder + "/out"]
        } judge: { folder, _, answer in
            let words = answer.lines.joined(separator: " ")
            let isFalse = words.contains(" faults") || words.contains("corrupt") || words.contains("incompatible")
            try require(!isFalse, "a sound file that cannot be read was called damaged: \(words.prefix(300))")
            _ = try await sound(folder + "/events.db")
        }
    }
}
