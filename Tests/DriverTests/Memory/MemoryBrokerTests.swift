import FlxCore
import FlxTesting
import Testing

@Suite("Memory broker")
struct MemoryBrokerTests {
    @Test(arguments: BrokerRules.all)
    func conforms(_ rule: ConformanceRule<any Broker>) async throws {
        await #expect(throws: Never.self) { try await rule.check { .memory() } }
    }

    @Test func refusesWhatAFullQueueCannotTake() async throws {
        let broker = MemoryBroker(queueEvents: 3, queueBytes: 1000)
        try await broker.bind(BrokerQueue("few", of: "#"))
        try await broker.publish((1...3).map { _ in Event(type: "a") })
        let error = await #expect(throws: FlxError.self) { try await broker.publish([Event(type: "a")]) }
        #expect(error?.code == .notPublished)
        let broad = MemoryBroker(queueBytes: 1000)
        try await broad.bind(BrokerQueue("short", of: "#"))
        let large = Event(type: "a", payload: try .binary(Array(repeating: 0, count: 900)))
        try await broad.publish([large])
        let second = await #expect(throws: FlxError.self) { try await broad.publish([Event(type: "a", payload: large.payload)]) }
        #expect(second?.code == .notPublished)
    }
}
