import FlxCore
import FlxEvents
import FlxTesting
import Logging
import Testing

@Suite("Buses")
struct BusConformanceTests {
    /// The failures that the rules provoke need not be told.
    static let quiet = BusConfiguration(logger: Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() })

    @Test("the bus of one process", arguments: EventBusRules.all)
    func domain(_ rule: ConformanceRule<any EventBus>) async throws {
        await #expect(throws: Never.self) { try await rule.check { DomainEventBus(Self.quiet) } }
    }

    @Test("the bus for tests", arguments: EventBusRules.all)
    func inMemory(_ rule: ConformanceRule<any EventBus>) async throws {
        await #expect(throws: Never.self) { try await rule.check { InMemoryEventBus(Self.quiet) } }
    }

    @Test("a bus over nothing, a store, a broker, and both", arguments: EventBusRules.all)
    func hybrid(_ rule: ConformanceRule<any EventBus>) async throws {
        await #expect(throws: Never.self) {
            try await rule.check { HybridEventBus(configuration: Self.quiet) }
            try await rule.check { HybridEventBus(store: .memory(), configuration: Self.quiet) }
            try await rule.check { HybridEventBus(broker: .memory(), name: "conformance", configuration: Self.quiet) }
            try await rule.check {
                HybridEventBus(store: MemoryEventStore(), broker: .memory(), name: "conformance", configuration: Self.quiet)
            }
        }
    }
}
