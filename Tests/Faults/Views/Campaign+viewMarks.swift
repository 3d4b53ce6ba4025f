import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting

extension Campaign {
    /// `kill -9` at every step of two views and of their rebuilds, during writes. Each view must contain each event
    /// exactly once.
    static let viewMarks = Campaign(name: "view-marks") { terms in
        var counts = MarkCounts(MarkedView.marks.map(\.name))
        let kills = terms.count(full: 300, short: MarkedView.marks.count)
        var (random, path, logs, events) = (terms.random, "", 0, Int64(0))
        while counts.total < kills {
            // A log that has grown for a long time makes the rebuilds slow.
            if counts.total % MarkedView.marks.count == 0 {
                logs += 1
                path = try await freshViews(terms, "view-marks-\(logs)", &random)
            }
            let name = counts.next
            let most = MarkedView.marks.first { $0.name == name }?.most ?? 1
            try await kill(at: name, random.number(in: 1...most), path)
            counts.add(name)
            events = try await withSQLiteEventStore(.init(path: path)) { store in
                try await ViewAudit.expectExact(store, caughtUp: false)
            }
        }
        // The last kill leaves a view held for its new build. It moves on when the rebuild does.
        try await kill(at: "\(Sums.name).hold.after", 1, path)
        try await withSQLiteEventStore(.init(path: path)) { store in
            for runner in [ViewRunner(Sums(), in: store), ViewRunner(try store.tables(SumRows()))] { try await runner.rebuild() }
            try await ViewAudit.catchUp(store)
            try await ViewAudit.expectExact(store, caughtUp: true)
        }
        try counts.requireAll()
        try await plantIsSeen(terms, &random)
        return "\(counts.text) in \(logs) logs of up to \(events) events, each of them once in both views; a checkpoint apart was seen"
    }

    /// Makes a store with some events and both views of them.
    private static func freshViews(_ terms: Terms, _ name: String, _ random: inout SeededGenerator) async throws -> String {
        let path = "\(terms.folder)/\(name).db"
        let configuration = SQLiteConfiguration(path: path)
        var chance = random
        defer { random = chance }
        try await withSQLiteEventStore(configuration) { store in
            try await Movement.fill(store, 3_000, accounts: 50, &chance)
            try await ViewAudit.catchUp(store)
        }
        return path
    }

    /// Lets a process follow, rebuild and write until it reaches a mark.
    private static func kill(at name: String, _ count: Int, _ path: String) async throws {
        let words = try await ChildProcess(role: ["project", path, "rebuild", "1000", "\(name):\(count)"]).end().output
        try require(words.contains(Marks.words(name)), "no kill at \(name): \(words)")
    }

    /// A planted fault, state and checkpoint committed separately, must be noticed.
    private static func plantIsSeen(_ terms: Terms, _ random: inout SeededGenerator) async throws {
        let path = try await freshViews(terms, "view-plant", &random)
        var isSeen = false
        for _ in 1...5 where !isSeen {
            try await kill(at: "\(Sums.name).apart", random.number(in: 1...10), path)
            isSeen = await (try? withSQLiteEventStore(.init(path: path)) { try await ViewAudit.expectExact($0, caughtUp: false) }) == nil
        }
        try require(isSeen, "a checkpoint that is committed apart from its state went unnoticed in 5 kills")
    }
}
