import FlxCore
import Logging
import Synchronization

/// What the runners of one store do together, so that a subscription that has nothing to do costs a task and no time: one of them listens
/// for new events, renews the leases of all, and looks for what operators did through other processes.
///
/// Runners share a watch when they have the same store, clock and lease time. One of them leads, within its own run; when that ends,
/// another one does.
final class SubscriptionWatch: Sendable {
    /// The key of a watch, which runners with the same one share; nil where their clock or store has no identity.
    private struct Key: Hashable {
        let store: ObjectIdentifier
        let clock: ObjectIdentifier
        let leaseTime: Duration

        init?(_ runner: SubscriptionRunner) {
            guard let store = Self.identity(of: runner.store), let clock = Self.identity(of: runner.sleep) else { return nil }
            (self.store, self.clock, leaseTime) = (store, clock, runner.subscription.policy.leaseTime)
        }

        private static func identity(of value: Any) -> ObjectIdentifier? {
            // What is watched is the same however the events of the store are read.
            if let store = value as? any UpcastingStore { return identity(of: store.base) }
            if value is ContinuousClock { return ObjectIdentifier(ContinuousClock.self) }
            return type(of: value) is AnyClass ? ObjectIdentifier(value as AnyObject) : nil
        }
    }

    private struct Reference {
        weak var watch: SubscriptionWatch?
    }

    /// Those that runners have now. A watch holds its store, so that no other one gets the identity in its key.
    private static let shared = Mutex<[Key: Reference]>([:])

    private struct State {
        var list = WatchList(limit: 8)
        var runners: [WatchList.ID: SubscriptionRunner] = [:]
        /// Up to where operators' acts were looked for.
        var looked: Position?
    }

    private let store: any StateStore
    private let leaseTime: Duration
    private let sleep: any Clock<Duration>
    private let persistence: Persistence
    private let state = Mutex(State())

    /// The watch of a runner, shared with those that are at work.
    static func of(_ runner: SubscriptionRunner) -> SubscriptionWatch {
        guard let key = Key(runner) else { return SubscriptionWatch(runner) }
        return shared.withLock { shared in
            if let watch = shared[key]?.watch { return watch }
            shared = shared.filter { $0.value.watch != nil }
            let watch = SubscriptionWatch(runner)
            shared[key] = Reference(watch: watch)
            return watch
        }
    }

    private init(_ runner: SubscriptionRunner) {
        (store, sleep) = (runner.store, runner.sleep)
        leaseTime = runner.subscription.policy.leaseTime
        persistence = Persistence(clock: runner.sleep, logger: runner.logger)
    }

    /// Takes in a runner, which is told when to begin.
    func join(_ runner: SubscriptionRunner) {
        change { state in
            state.runners[ObjectIdentifier(runner)] = runner
            return state.list.join(ObjectIdentifier(runner))
        }
    }

    /// Tells a runner when the log reaches beyond a position.
    func wait(_ runner: SubscriptionRunner, after position: Position) {
        change { $0.list.wait(ObjectIdentifier(runner), after: position) }
    }

    /// A runner has begun, or has read what it was told of.
    func done(_ runner: SubscriptionRunner) {
        change { $0.list.done(ObjectIdentifier(runner)) }
    }

    /// A runner ends.
    func leave(_ runner: SubscriptionRunner) {
        change { state in
            state.runners[ObjectIdentifier(runner)] = nil
            return state.list.leave(ObjectIdentifier(runner))
        }
    }

    /// Listens and beats for all, until the task is cancelled or the store ends.
    func lead(_ runner: SubscriptionRunner) async throws {
        defer { change { $0.list.resign(ObjectIdentifier(runner)) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.listen() }
            group.addTask { try await self.beat() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func listen() async throws {
        while true {
            let last = try await persistently { () async throws(FlxError) in try await self.store.lastPosition() }
            change { $0.list.hear(last) }
            try await persistently { () async throws(FlxError) in try await self.store.wait(after: last) }
        }
    }

    private func beat() async throws {
        if state.withLock(\.looked) == nil {
            let last = try await persistently { () async throws(FlxError) in try await self.store.lastPosition() }
            state.withLock { $0.looked = $0.looked ?? last }
        }
        while (try? await sleep.pause(for: leaseTime / 3)) != nil {
            try await renewLeases()
            try await lookForActs()
        }
    }

    private func renewLeases() async throws {
        let held = state.withLock { Array($0.runners.values) }.compactMap { runner in runner.state.withLock(\.lease).map { (runner, $0) } }
        let renewed = try await persistently { () async throws(FlxError) in
            try await self.store.renewLeases(held.map(\.1), for: self.leaseTime)
        }
        for ((runner, lease), renewed) in zip(held, renewed) { runner.keep(renewed, for: lease) }
    }

    /// Tells those of whom an operator wants something.
    private func lookForActs() async throws {
        var looked = state.withLock(\.looked) ?? .start
        let last = try await persistently { () async throws(FlxError) in try await self.store.lastPosition() }
        guard last > looked else { return }
        var streams: Set<StreamName> = []
        while true {
            let page = try await persistently { () async throws(FlxError) in
                try await self.store.read(SubscriptionControl.acts, .forward(after: looked), limit: 500)
            }
            streams.formUnion(page.events.compactMap(\.event.stream))
            looked = page.through
            if page.isLast { break }
        }
        let runners = state.withLock { state in
            state.looked = looked
            return Array(state.runners.values)
        }
        for runner in runners where streams.contains(runner.control.stream) { runner.send(.called) }
    }

    private func persistently<Answer: Sendable>(_ work: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
        try await persistence("the watch of subscriptions", work)
    }

    private func change(_ change: (inout State) -> WatchList.Calls) {
        let calls = state.withLock { state in change(&state).compactMap { call in state.runners[call.id].map { ($0, call.call) } } }
        for (runner, call) in calls { runner.take(call) }
    }
}
