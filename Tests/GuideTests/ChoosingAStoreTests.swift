import FlxEvents
import FlxSQLite
import Testing

@Suite struct ChoosingAStoreTests {
    @Test func `a store that is only read is not created`() async throws {
        let error = await #expect(throws: FlxError.self) { try await Self.reading() }
        #expect(error?.code == .notFound)
    }

    // These two are compiled and not run: they would create a file in the current folder.
    static func durable() async throws -> any EventStore {
        let store = try await SQLiteEventStore.open("events.db")
        return store
    }

    static func relaxed() async throws -> any EventStore {
        var configuration = SQLiteConfiguration(path: "events.db")
        configuration.durability = .relaxed
        let store = try await SQLiteEventStore.open(configuration)
        return store
    }

    static func reading() async throws -> any EventStore {
        let reader = try await SQLiteEventStore.open(.readOnly(path: "events.db"))
        return reader
    }
}
