import FlxCore
import FlxSQLite
import FlxTesting
import Testing

@Suite struct ConformanceTests {
    /// The driver does not keep records beside the log yet.
    private static let capabilities = Set(StoreFeatures.Capability.allCases).subtracting([.state])
    private static let features = StoreFeatures(capabilities: capabilities, reopen: { store in
        guard let store = store as? SQLiteEventStore else { return store }
        await store.close()
        return try await SQLiteEventStore.open(store.configuration)
    }, medium: FailingDisk.medium)

    @Test(arguments: EventStoreRules.all(features))
    func keeps(_ rule: ConformanceRule<any EventStore>) async throws {
        #expect(FailingDisk.isInstalled)
        let folder = try Folder()
        await #expect(throws: Never.self) {
            try await rule.check { try await SQLiteEventStore.open(.init(path: folder.store)) }
        }
    }
}
