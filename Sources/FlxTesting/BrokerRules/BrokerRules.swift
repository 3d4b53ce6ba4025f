public import FlxCore

/// The contract of ``Broker`` as rules.
///
/// The queues and types of each rule have unique names. So the rules can also check a broker that outlives a test.
public enum BrokerRules {
    /// The rules for a driver with the usual features.
    public static let all = all(BrokerFeatures())

    /// Returns the rules for a driver.
    public static func all(_ features: BrokerFeatures) -> [ConformanceRule<any Broker>] {
        (publishing + consuming + settling + ending).map { bind($0, to: features) }
    }

    private static func bind(_ rule: BrokerRule, to features: BrokerFeatures) -> ConformanceRule<any Broker> {
        ConformanceRule(rule.name, rule.promise) { make in
            let broker = try await make()
            let salt = "flx" + String(SeededGenerator.freshSeed(), radix: 36)
            let bench = BrokerBench(broker: broker, features: features, salt: salt)
            do {
                try await within(features.deadline, rescue: { await broker.close() }) { try await rule.body(bench) }
                await broker.close()
            } catch {
                await broker.close()
                throw Mismatch(error, seed: features.seed)
            }
        }
    }
}

/// A rule about brokers, before it is bound to the features of a driver.
struct BrokerRule: Sendable {
    let name: String
    let promise: String
    let body: @Sendable (BrokerBench) async throws -> Void

    init(_ name: String, _ promise: String, _ body: @escaping @Sendable (BrokerBench) async throws -> Void) {
        self.name = name
        self.promise = promise
        self.body = body
    }
}
