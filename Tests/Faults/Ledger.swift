import FlxCore
import FlxSQLite

/// A comparison of a store with the answers to its writers.
struct Ledger {
    let seed: UInt64
    /// The number of each writer's last acknowledged append.
    var acknowledged = [Int](repeating: 0, count: Batch.writers)

    /// Records the lines "writer number" printed by a process of writers.
    mutating func note(_ lines: String) {
        for line in lines.split(separator: "\n") {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            guard numbers.count == 2, acknowledged.indices.contains(numbers[0]) else { continue }
            acknowledged[numbers[0]] = max(acknowledged[numbers[0]], numbers[1])
        }
    }

    /// Reads the whole store. Each append must be there once and complete, unchanged and in the order of its writer.
    /// Verification must find no fault.
    /// - Returns: The number of missing acknowledged appends, and the number of events.
    func audit(_ store: SQLiteEventStore) async throws -> (lost: Int, events: Int) {
        var last = [Int](repeating: 0, count: Batch.writers)
        var expected: ArraySlice<Event> = []
        var (through, count) = (Position.start, 0)
        while true {
            let page = try await store.read(.everything, .forward(after: through), limit: 1_000)
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

    /// Takes the content of the store as the new start.
    mutating func restart(_ store: SQLiteEventStore) async throws {
        for writer in acknowledged.indices { acknowledged[writer] = try await Self.lastNumber(store, writer) }
    }

    /// Returns the number of the last append of a writer in a store.
    static func lastNumber(_ store: SQLiteEventStore, _ writer: Int) async throws -> Int {
        guard let last = try await store.read(.stream(Batch.stream(writer)), .backward, limit: 1).events.first else { return 0 }
        return try Batch.key(of: last.event).number
    }
}
