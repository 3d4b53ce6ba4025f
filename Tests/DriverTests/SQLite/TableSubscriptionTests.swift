import FlxEvents
import FlxSQLite
import FlxTesting
import GRDB
import Logging
import Testing

/// A view of tables as one of the subscriptions of a group.
@Suite struct TableSubscriptionTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func total(_ store: SQLiteEventStore) async throws -> Int? {
        try await store.query { try Int.fetchOne($0, sql: "SELECT total FROM sums WHERE stream = ?", arguments: ["s"]) }
    }

    /// Runs a view beside a subscription until something holds.
    private func run(_ view: some StoredView, on store: some StateStore, until condition: () async throws -> Bool) async throws {
        let group = try SubscriptionGroup(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
            Subscription(view: view, onFailure: .park, pageSize: 3)
            Subscription("others") { _ in }
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while try await !condition() { await Task.yield() }
            tasks.cancelAll()
        }
    }

    @Test func anEventThatIsParkedIsInTheNextVersion() async throws {
        let store = try await SQLiteEventStore.open(.init(path: folder.file("log.db")))
        let evolving = EvolvingStore(store, upcasters: try UpcasterChain([], reading: EventRegistry()))
        let ids = try await store.append((1...10).map { _ in Event(type: "added") }, to: "s")
        #expect(ids.lastPosition == 10)
        let parking = try ParkingPlace(of: "view-sums", in: store)
        try await run(try store.tables(SumRows(poison: 5), through: evolving), on: evolving) {
            // The tables are there with the view.
            guard try await !store.generations(of: "sums").isEmpty else { return false }
            return try await total(store) == 9
        }
        #expect(try await parking.positions(.all) == [5])
        for _ in 1...2 {
            try await run(try store.tables(BetterSumRows(), through: evolving), on: evolving) {
                let all = try await store.generations(of: "sums")
                guard all.contains(where: { $0.role == .current && $0.version == 2 }) else { return false }
                guard try await parking.count() == 0 else { return false }
                return try await total(store) == 10
            }
            for generation in try await store.generations(of: "sums") { try await store.dropGeneration(generation.id) }
        }
        #expect(try await store.generations(of: nil).isEmpty)
        await store.close()
    }
}
