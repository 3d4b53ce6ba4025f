import FlxCore
public import FlxEvents

/// The contract of ``EventBus`` as rules.
public enum EventBusRules {
    /// All rules, with default settings.
    public static let all = all(BusFeatures())

    /// Returns the rules for a bus.
    public static func all(_ features: BusFeatures) -> [ConformanceRule<any EventBus>] {
        (delivery + isolation + nesting + subscriptions + turns + closing).map { bind($0, to: features) }
    }

    private static func bind(_ rule: BusRule, to features: BusFeatures) -> ConformanceRule<any EventBus> {
        ConformanceRule(rule.name, rule.promise) { make in
            let bus = try await make()
            do {
                try await within(features.deadline, rescue: { await bus.close(within: .zero) }) { try await rule.body(bus) }
                await bus.close(within: .zero)
            } catch {
                await bus.close(within: .zero)
                throw Mismatch(error, seed: features.seed)
            }
        }
    }

    /// Creates events of one type, numbered by their schema versions.
    static func events(_ count: Int, _ type: EventType = "t") -> [Event] {
        (0..<count).map { Event(type: type, schemaVersion: $0 + 1) }
    }
}

/// A rule about buses, before it is bound to features.
struct BusRule: Sendable {
    let name: String
    let promise: String
    let body: @Sendable (any EventBus) async throws -> Void

    init(_ name: String, _ promise: String, _ body: @escaping @Sendable (any EventBus) async throws -> Void) {
        self.name = name
        self.promise = promise
        self.body = body
    }
}

/// An event of a Swift type, for the rules about types.
struct SampleEvent: DomainEvent, Hashable {
    static let eventType: EventType = "conformance.sample"
    static let schemaVersion = 2

    var number: Int64

    init(number: Int64) {
        self.number = number
    }

    init(json: inout JSONReader) throws(FlxError) {
        number = try Int64(json: &json)
    }

    func write(to json: inout JSONWriter) throws(FlxError) {
        number.write(to: &json)
    }
}
