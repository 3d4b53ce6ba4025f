import FlxCore
import FlxSQLite

/// Compares a store with what its writers were told.
struct Ledger {
    let seed: UInt64
    /// The number of the last append that each writer got an answer for.
    var acknowledged = [Int](repeating: 0, count: Batch.writers)

    /// Notes the lines "writer number" that a process of writers printed.
    mutating func note(_ lines: String) {
        for line in lines.split(separator: "\n") {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 2, acknowledged.indices.contains(numbers[0]) else { continue }
            acknowledged[numbers[0]] = max(acknowledged[numbers[0]], numbers[1])
        }
    }

    /// Reads the whole store: each append is there once and whole, in the order of its writer, as it was made; verification agrees.
    /// - Returns: How many appends that were acknowledged are missing, and the number of events.
    func audit(_ store: SQLiteEventStore) async throws -> (lost: Int, events: Int) {
        var last = [Int](repeating: 0, count: Batch.writers)
        var expected: ArraySlice<Event> = []
        var (through, count) = (Position.start, 0)
        while true {
            let page = try await store.read(.all, .forward(after: through), limit: 1_000)
            for recorded in page.events {
                count += 1
                try require(recorded.position.value == count, "position \(recorded.position) stands as number \(count)")
                if expected.isEmpty {
                    let (writer, number) = try Batch.key(of: recorded.event)
                    let isNext = last.indices.contains(writer) && number == last[writer] + 1
                    try require(isNext, "append \(number) of writer \(writer) comes after \(last)")
                    last[writer] = number
                    expected = Batch(seed: seed, writer: writer, number: number).events[...]
                }
                try require(recorded.event == expected.popFirst(), "the event at \(recorded.position) is not the one that was appended")
            }
            through = page.through
            if page.isLast { break }
        }
        try require(expected.isEmpty, "the last append is there in part: \(expected.count) events are missing")
        let faults = try await store.verify { _, _ in }.faults
        try require(faults.isEmpty, "verification found \(faults.prefix(3))")
        let lost = zip(acknowledged, last).reduce(0) { $0 + max(0, $1.0 - $1.1) }
        return (lost, count)
    }

    /// Takes what the store has as the new beginning.
    mutating func restart(_ store: SQLiteEventStore) async throws {
        for writer in acknowledged.indices { acknowledged[writer] = try await Self.lastNumber(store, writer) }
    }

    /// The number of the last append of a writer that a store has.
    static func lastNumber(_ store: SQLiteEventStore, _ writer: Int) async throws -> Int {
        guard let last = try await store.read(.stream(Batch.stream(writer)), .backward, limit: 1).events.first else { return 0 }
        return try Batch.key(of: last.event).number
    }
}
