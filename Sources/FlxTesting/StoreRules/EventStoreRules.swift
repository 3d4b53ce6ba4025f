public import FlxCore

/// The contract of ``EventStore`` as rules. Each sentence of the contract is checked by a rule.
///
/// Each rule gets its own store from the driver and closes it. Random choices follow a seed; a failure names it.
public enum EventStoreRules {
    /// The rules for a driver with all capabilities, standard limits, and nothing to reopen.
    public static let all = all(StoreFeatures())

    /// Returns the rules for a driver.
    public static func all(_ features: StoreFeatures) -> [ConformanceRule<any EventStore>] {
        let rules =
            append + idempotency + outcome + limits + boundary + concurrency + reading + selections + system + waiting + closing + model
            + capabilities + lookup + state + stateReading + views + viewReading + snapshots + leases + timers + persistence
        return rules.filter { $0.applies(features) }.map { bind($0, to: features) }
    }

    private static func bind(_ rule: StoreRule, to features: StoreFeatures) -> ConformanceRule<any EventStore> {
        ConformanceRule(rule.name, rule.promise) { make in
            let bench = StoreBench(try await make(), features)
            do {
                try await within(features.deadline, rescue: bench.close) { try await rule.body(bench) }
                await bench.close()
            } catch {
                await bench.close()
                throw Mismatch(error, seed: features.seed)
            }
        }
    }
}
