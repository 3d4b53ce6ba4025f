import FlxCore
import FlxSQLite
import FlxTesting

/// A store with a past, for tests of backups.
struct BackupBench {
    let folder: Folder
    /// The time of recording; it moves by a second from one append to the next.
    let clock = ManualClock()

    init() throws {
        folder = try Folder()
    }

    var configuration: SQLiteConfiguration {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.clock = clock.events
        configuration.durability = .relaxed
        return configuration
    }

    /// Appends random events in random batches, and returns the log.
    @discardableResult
    func fill(_ appends: Int, seed: UInt64 = 7) async throws -> [RecordedEvent] {
        try await withSQLiteEventStore(configuration) { store in
            try await fill(store, appends, seed: seed)
            return try await Self.log(store)
        }
    }

    func fill(_ store: SQLiteEventStore, _ appends: Int, seed: UInt64) async throws {
        var factory = EventFactory(seed: seed)
        factory.streams.append("flx-backup")
        for _ in 0..<appends {
            clock.advance(by: .seconds(1))
            let writes = factory.events(factory.random.number(in: 1...12)).map { StreamWrite([$0], to: $0.stream ?? "none") }
            _ = try await store.append(writes, unless: nil)
        }
    }

    /// All events of a store.
    static func log(_ store: any EventStore) async throws -> [RecordedEvent] {
        var (events, through) = ([RecordedEvent](), Position.start)
        while true {
            let page = try await store.read(.everything, .forward(after: through), limit: 1_000)
            events += page.events
            through = page.through
            if page.isLast { return events }
        }
    }

    static func log(_ path: String) async throws -> [RecordedEvent] {
        try await withSQLiteEventStore(.readOnly(path: path)) { try await log($0) }
    }
}
