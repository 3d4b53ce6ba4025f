public import FlxCore
public import Logging

/// The store of snapshots, and the rule for making them. With snapshots, states need not be folded from the first event.
///
/// Snapshots are a cache: without any of them, and with all of them damaged, every result is the same. One is used only if its checksum,
/// the initial state, the version of the fold and the last event in it fit; otherwise that is logged and the state is folded anew.
public struct Snapshots: Sendable {
    let store: any StateStore
    let rule: Rule
    let clock: EventClock
    let logger: Logger

    /// Keeps snapshots in a store.
    /// - Parameters:
    ///   - rule: When a state is worth keeping.
    ///   - clock: What ages and costs are measured by.
    ///   - logger: Where snapshots that do not fit, or cannot be kept, are told of.
    public init(
        in store: any StateStore, when rule: Rule = .every(50), clock: EventClock = .system,
        logger: Logger = Logger(label: "flx.snapshots")
    ) {
        self.store = store
        self.rule = rule
        self.clock = clock
        self.logger = logger
    }

    /// The facts since the last snapshot of a state.
    public struct Facts: Sendable {
        /// The number of events.
        public var events: Int64
        /// The time; nil when there is no snapshot yet.
        public var age: Duration?
        /// The time that folding these events took.
        public var cost: Duration

        /// Joins the parts.
        public init(events: Int64, age: Duration?, cost: Duration) {
            self.events = events
            self.age = age
            self.cost = cost
        }
    }

    /// When a state is worth keeping.
    public struct Rule: Sendable {
        private let isDue: @Sendable (Facts) -> Bool

        /// Decides by what has come since the last snapshot; nothing is kept when no event has.
        public init(_ isDue: @escaping @Sendable (Facts) -> Bool) {
            self.isDue = isDue
        }

        /// Returns true if a snapshot should be made now.
        public func holds(for facts: Facts) -> Bool { facts.events > 0 && isDue(facts) }

        /// After a number of events.
        public static func every(_ events: Int64) -> Rule { Rule { $0.events >= events } }
        /// After a time, and at the first event.
        public static func after(_ age: Duration) -> Rule { Rule { facts in facts.age.map { $0 >= age } ?? true } }
        /// Once folding takes so long.
        public static func costing(_ cost: Duration) -> Rule { Rule { $0.cost >= cost } }
        /// When either is so.
        public func or(_ other: Rule) -> Rule { Rule { isDue($0) || other.isDue($0) } }
    }
}

/// The snapshots of one kind of state.
struct SnapshotAccess<State: Sendable>: Sendable {
    /// A state that can be believed, if the log agrees with its place.
    struct Found: Sendable {
        let state: State
        let event: EventMark
        let time: Timestamp
    }

    let settings: Snapshots
    private let encode: @Sendable (State) throws(FlxError) -> [UInt8]
    private let decode: @Sendable ([UInt8]) throws(FlxError) -> State
    private let fingerprint: UInt64
    private let reducer: Int

    /// - Parameter facts: What the state depends on besides its events, the initial state and the version of the fold.
    init(_ settings: Snapshots, initial: State, reducer: Int, facts: [String] = []) where State: Codable {
        self.settings = settings
        self.reducer = reducer
        var hash = ByteHash()
        StateShape.mix(initial, into: &hash)
        for fact in facts { hash.mix(fact.utf8) }
        // The same fold makes other states of the same events where it begins with other values.
        if let bytes = try? EventEncoder().encode(initial) { hash.mix(bytes) }
        fingerprint = hash.value
        encode = { state throws(FlxError) in try EventEncoder().encode(state) }
        decode = { bytes throws(FlxError) in
            try EventDecoder(limits: JSONLimits(maximumBytes: Snapshot.maximumStateBytes)).decode(State.self, from: bytes)
        }
    }

    var now: Timestamp { settings.clock.now() }

    /// The state under a name; nil when there is none that fits.
    func find(_ name: String) async -> Found? {
        do throws(FlxError) {
            guard let snapshot = try await settings.store.snapshot(name) else { return nil }
            guard snapshot.isSound, ExactText.same(snapshot.name, name) else { return miss(name, "its checksum does not fit") }
            guard snapshot.fingerprint == fingerprint else { return miss(name, "the state has another shape, or began with other values") }
            guard snapshot.reducer == reducer else { return miss(name, "version \(snapshot.reducer) of the fold made it") }
            return Found(
                state: try decode(snapshot.state),
                event: EventMark(position: snapshot.position, version: snapshot.version, sum: snapshot.event), time: snapshot.time)
        } catch {
            return miss(name, "\(error)")
        }
    }

    /// Reports a snapshot that cannot be used.
    @discardableResult
    func miss(_ name: String, _ reason: String) -> Found? {
        settings.logger.notice("a snapshot is not used, the state is folded anew", metadata: ["snapshot": "\(name)", "reason": "\(reason)"])
        return nil
    }

    /// Keeps a state after an event; a failure is told and otherwise without effect.
    func keep(_ state: State, _ name: String, after event: EventMark) async {
        do throws(FlxError) {
            try await settings.store.save(Snapshot(
                name: name, position: event.position, version: event.version, event: event.sum, fingerprint: fingerprint,
                reducer: reducer, time: now, state: try encode(state)))
        } catch {
            didNotKeep(name, error)
        }
    }

    /// Reports a snapshot that cannot be kept.
    func didNotKeep(_ name: String, _ error: FlxError) {
        settings.logger.warning("a snapshot cannot be kept", metadata: ["snapshot": "\(name)", "error": "\(error)"])
    }
}

/// The shape of a state's type: the names and types of its stored properties, as far as its value shows them.
enum StateShape {
    private static let deepest = 8

    static func mix(_ value: Any, into hash: inout ByteHash) {
        mix(value, into: &hash, depth: 0)
    }

    /// The bytes of a type's name. That of a private one has an address in it, another one in each process, which is left out.
    static func name(of type: any Any.Type) -> [UInt8] {
        let (mark, end) = (Array("(unknown context at ".utf8), UInt8(ascii: ")"))
        var (rest, name) = (Array(String(reflecting: type).utf8)[...], [UInt8]())
        guard rest.contains(UInt8(ascii: "(")) else { return Array(rest) }
        while let found = rest.firstRange(of: mark) {
            name += rest[..<found.lowerBound]
            rest = rest[found.upperBound...].drop { $0 != end }
        }
        return name + rest
    }

    private static func mix(_ value: Any, into hash: inout ByteHash, depth: Int) {
        hash.mix(name(of: type(of: value)))
        let mirror = Mirror(reflecting: value)
        // What collections and optionals hold is content; their types are in their names.
        guard depth < deepest, mirror.displayStyle == .struct || mirror.displayStyle == .tuple else { return }
        for child in mirror.children {
            hash.mix((child.label ?? "").utf8)
            mix(child.value, into: &hash, depth: depth + 1)
        }
    }
}

extension Timestamp {
    /// The time that has passed since another; none when that is later.
    func elapsed(since other: Timestamp) -> Duration {
        .nanoseconds(max(0, nanoseconds.subtractingReportingOverflow(other.nanoseconds).partialValue))
    }
}
