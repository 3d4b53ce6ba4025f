public import FlxCore

/// The contract of ``EventStore`` as rules: every sentence of it is checked by one of them.
///
/// Each rule gets a store of its own from the driver and closes it. What is random follows a seed, which a failure names.
public enum EventStoreRules {
    /// The rules for a driver with all capabilities, standard limits and no memory beyond its end.
    public static let all = all(StoreFeatures())

    /// The rules that apply to a driver.
    public static func all(_ features: StoreFeatures) -> [ConformanceRule<any EventStore>] {
        let rules =
            append + idempotency + outcome + limits + boundary + concurrency + reading + selections + waiting + closing + model
            + capabilities + lookup + views + viewReading + snapshots + leases + persistence
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
