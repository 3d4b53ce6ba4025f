import FlxCore
import FlxSQLite
import FlxTesting
import Testing

@Suite struct ConformanceTests {
    private static let features = StoreFeatures(reopen: { store in
        guard let store = store as? SQLiteEventStore else { return store }
        await store.close()
        return try await SQLiteEventStore.open(store.configuration)
    }, medium: FailingDisk.medium)

    @Test(AtOnce(8), arguments: EventStoreRules.all(features))
    func keeps(_ rule: ConformanceRule<any EventStore>) async throws {
        #expect(FailingDisk.isInstalled)
        let folder = try Folder()
        await #expect(throws: Never.self) {
            try await rule.check { try await SQLiteEventStore.open(.init(path: folder.store)) }
        }
    }
}
