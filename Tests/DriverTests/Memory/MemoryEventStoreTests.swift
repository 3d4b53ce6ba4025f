import FlxCore
import FlxTesting
import Testing

@Suite("Memory store")
struct MemoryEventStoreTests {
    @Test(arguments: EventStoreRules.all)
    func conforms(_ rule: ConformanceRule<any EventStore>) async throws {
        await #expect(throws: Never.self) { try await rule.check { .memory() } }
    }
}
