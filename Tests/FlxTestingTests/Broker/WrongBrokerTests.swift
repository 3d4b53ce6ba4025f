import FlxCore
import FlxTesting
import Testing

/// A broker that delivers nothing.
private struct BrokenConsumer: Broker {
    let base = MemoryBroker()

    func publish(_ events: [Event]) async throws(FlxError) { try await base.publish(events) }
    func bind(_ queue: BrokerQueue) async throws(FlxError) { try await base.bind(queue) }
    func close() async { await base.close() }

    func consume(
        _ queue: BrokerQueue, prefetch: Int, handler: @escaping @Sendable (Delivery) async -> Disposition
    ) async throws(FlxError) {
        throw FlxError(.io, "no consumer today")
    }
}

@Suite("Wrong brokers", .serialized)
struct WrongBrokerTests {
    @Test("a wrong broker is caught by the rules that it breaks, and by no others", arguments: BrokerFault.allCases)
    func isCaught(_ fault: BrokerFault) async {
        await expectCaught(fault, by: { BrokerRules.all(BrokerFeatures(deadline: $0, seed: 7)) }) { FaultyBroker(fault) }
    }

    /// What fails is told at once, not after the deadline of the rule.
    @Test("a broker that cannot be consumed is caught with its error", .timeLimit(.minutes(1)), arguments: BrokerRules.all)
    func isCaughtWithItsError(_ rule: ConformanceRule<any Broker>) async {
        let silent = ["publish.unbound", "cancel.waiting", "close.calls"]
        let error = await #expect(throws: ConformanceFailure.self) { try await rule.check { BrokenConsumer() } }
        #expect(silent.contains(rule.name) || error?.description.contains("no consumer today") == true, "\(rule)")
    }
}
