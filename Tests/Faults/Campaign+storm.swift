import FlxCore
import FlxSQLite
import FlxTesting

extension Campaign {
    /// Sixteen writers and four readers at once. Every reader must see every position once, in order, without gaps.
    static let storm = Campaign(name: "storm") { terms in
        let (total, seed) = (terms.count(full: 1_000_000, short: 20_000), terms.seed)
        let pages = try await withSQLiteEventStore(.init(path: "\(terms.folder)/storm.db")) { store in
            let pages = try await blow(store, each: total / 16, seed: seed)
            let faults = try await store.verify { _, _ in }.faults
            try require(faults.isEmpty, "verification found \(faults.prefix(3))")
            return pages
        }
        return "16 writers, 4 readers, \(total / 16 * 16) events, \(pages) pages: none skipped, no gap"
    }

    /// Returns the number of pages read.
    private static func blow(_ store: SQLiteEventStore, each: Int, seed: UInt64) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    try await write(store, writer, each, SeededGenerator(seed: seed &+ UInt64(writer)))
                    return 0
                }
            }
            for limit in [1000, 100, 777, 64] {
                group.addTask { try await follow(store, total: 16 * each, limit: limit) }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func write(_ store: SQLiteEventStore, _ writer: Int, _ count: Int, _ random: SeededGenerator) async throws {
        var (random, version) = (random, 0)
        let stream: StreamName = "storm-\(writer)"
        while version < count {
            let events = (0..<min(random.number(in: 1...20), count - version)).map { index in
                let text = #"{"writer":\#(writer),"version":\#(version + index + 1)}"#
                return Event(type: "storm.blew", payload: Payload(unchecked: Array(text.utf8), form: .json, contentType: nil))
            }
            let result = try await store.append(events, to: stream, expecting: .exactly(Version(Int64(version))))
            version += events.count
            try require(result.places.last?.version.value == Int64(version), "\(stream) is not at \(version)")
        }
    }

    /// Reads like a subscription, until all events were read. Returns the number of pages.
    private static func follow(_ store: SQLiteEventStore, total: Int, limit: Int) async throws -> Int {
        var (through, pages) = (Position.start, 0)
        var versions: [StreamName: Int64] = [:]
        while through.value < total {
            try await store.wait(after: through)
            let page = try await store.read(.everything, .forward(after: through), limit: limit)
            pages += 1
            for recorded in page.events {
                try require(recorded.position.value == through.value + 1, "after \(through) came \(recorded.position)")
                through = recorded.position
                guard let stream = recorded.event.stream else { throw Broken("an event without a stream") }
                let isNext = recorded.version.value == versions[stream, default: 0] + 1
                try require(isNext, "\(stream): version \(recorded.version) out of turn")
                versions[stream] = recorded.version.value
            }
            try require(page.through == through, "a page through \(page.through) whose last event is at \(through)")
        }
        return pages
    }
}
