import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation
import GRDB

extension Campaign {
    /// Many repetitions of each operation on one open store. The last ones must be as cheap as the first ones.
    static let repetition = Campaign(name: "repetition") { terms in
        let rounds = terms.count(full: 100_000, short: 5_000)
        let figures = try await withSQLiteEventStore(.init(path: "\(terms.folder)/repetition.db")) { store in
            var figures: [String] = []
            for (name, act) in try await Repetition(store).acts {
                // The cheapest of several parts at either end, in processor time: other work on the machine does not
                // count.
                let part = rounds / 40
                var times: [Duration] = []
                for start in stride(from: 0, to: rounds, by: part) {
                    let begun = processorTime()
                    for number in start..<start + part { try await act(Int64(number) + 1) }
                    times.append(processorTime() - begun)
                }
                let (first, last) = (times.prefix(4).min() ?? .zero, times.suffix(4).min() ?? .zero)
                let factor = Double((last / first * 10).rounded()) / 10
                try require(factor < 5, "\(name): \(part) of \(rounds) took \(first) at first, and \(last) in the end")
                figures.append("\(name) \(factor)")
            }
            return figures
        }
        return "\(rounds) of each kind, the cost of the last over the first: \(figures.joined(separator: ", "))"
    }
}

/// Returns the processor time used by this process.
private func processorTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// The operations of a store, to be performed with the numbers from 1.
private struct Repetition {
    struct Tally: SQLView {
        static let name = "tally"
        static let tables = ["tally"]

        func create(_ tables: SQLTables) throws {
            try tables.execute("CREATE TABLE \(tables["tally"])(id INTEGER PRIMARY KEY, n INTEGER)")
        }

        func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
            try tables.execute(
                "INSERT INTO \(tables["tally"]) VALUES(1, 1) ON CONFLICT(id) DO UPDATE SET n = n + 1")
            return true
        }
    }

    let acts: [(name: String, act: @Sendable (Int64) async throws -> Void)]

    init(_ store: SQLiteEventStore) async throws {
        let view = try store.tables(Tally())
        let (table, documents) = (try await view.begin(), try await store.beginGeneration(of: "documents", version: 1).id)
        let event = try await store.append([Event(type: "t")], to: "first").places[0]
        let recorded = RecordedEvent(
            event: Event(type: "t", stream: "first"), version: event.version, position: event.position,
            recordedTime: Timestamp(nanoseconds: 0))
        guard let lease = try await store.acquireLease("work", owner: "me", for: .seconds(86_400)) else { throw Broken("no lease") }
        acts = [
            ("append", { _ in try await store.append([Event(type: "t", tags: ["a"])], to: "s") }),
            ("append under a boundary", { _ in
                try await store.append([Event(type: "t")], to: "s", unless: Boundary(.events("u", tagged: "b"), after: .start))
            }),
            ("guard", { _ in try await store.append([], to: "first", expecting: .exactly(1)) }),
            ("append under a lease", { _ in
                _ = try await store.append([StreamWrite([Event(type: "t")], to: "s")], unless: nil, under: lease)
            }),
            ("checkpoint", { try await store.setCheckpoint("reader", to: try Position($0)) }),
            ("read", { _ in _ = try await store.read(.stream("s"), .backward, limit: 1) }),
            ("lookup", { _ in _ = try await store.event(EventID(uuid: 1)) }),
            ("lease", { _ in _ = try await store.acquireLease("other", owner: "me", for: .seconds(60)) }),
            ("snapshot", { number in
                try await store.save(Snapshot(
                    name: "a-\(number % 100)", position: try Position(number), version: .none, fingerprint: 1, reducer: 1,
                    time: Timestamp(nanoseconds: 0), state: [1, 2, 3]))
            }),
            ("dropped snapshots", { _ in _ = try await store.dropSnapshots(prefix: "none") }),
            ("step of documents", { number in
                let put = ViewStep.Change.put(ViewDocument(key: "k", body: [1], entries: [ViewEntry("n", number)]))
                try await store.commit(
                    ViewStep(of: documents, after: try Position(number - 1), through: try Position(number), changes: [put]))
            }),
            ("step of tables", { number in
                var generation = table
                generation.checkpoint = try Position(number - 1)
                _ = try await view.project([recorded], to: generation, through: try Position(number))
            }),
            ("query", { _ in _ = try await store.query { try Int.fetchOne($0, sql: "SELECT n FROM tally") } }),
        ]
    }
}
