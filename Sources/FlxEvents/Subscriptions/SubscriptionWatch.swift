import FlxCore
import Logging
import Synchronization

/// What the runners of a group do together: it listens for new events, renews the leases of all, and looks for what operators did through
/// other processes. So a subscription that has nothing to do costs a task and no time.
final class SubscriptionWatch: Sendable {
    private struct State {
        var list = WatchList(limit: 8, isOpen: false)
        var runners: [WatchList.ID: SubscriptionRunner] = [:]
    }

    private let members: [SubscriptionRunner]
    private let store: any StateStore
    private let leaseTime: Duration
    private let sleep: any Clock<Duration>
    private let persistence: Persistence
    private let state = Mutex(State())

    /// Makes the watch of a group.
    /// - Parameters:
    ///   - members: The runners of the group, which all have the same store and clock; at least one.
    ///   - leaseTime: The shortest of the group.
    init(_ members: [SubscriptionRunner], leaseTime: Duration) {
        let first = members[0]
        (self.members, store, sleep, self.leaseTime) = (members, first.control.store, first.sleep, leaseTime)
        persistence = Persistence(clock: first.sleep, logger: first.logger)
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
    func serve() async throws {
        do {
            // What an operator does from here on is seen by the beat, and what he did before by those who begin after this.
            let last = try await persistently { () async throws(FlxError) in try await self.store.lastPosition() }
            change { $0.list.open() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.listen() }
                group.addTask { try await self.beat(after: last) }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            guard !Task.isCancelled else { return }
            throw error
        }
    }

    private func listen() async throws {
        while true {
            let last = try await persistently { () async throws(FlxError) in try await self.store.lastPosition() }
            change { $0.list.hear(last) }
            try await persistently { () async throws(FlxError) in try await self.store.wait(after: last) }
        }
    }

    private func beat(after position: Position) async throws {
        var looked = position
        while (try? await sleep.pause(for: leaseTime / 3)) != nil {
            try await renewLeases()
            let last = try await persistently { () async throws(FlxError) in try await self.store.lastPosition() }
            looked = try await lookForActs(after: looked, upTo: last)
            await lookAtViews()
            // Also of those that cannot work.
            for runner in members { await runner.recordLag(from: last) }
        }
    }

    private func renewLeases() async throws {
        let held = state.withLock { Array($0.runners.values) }.compactMap { runner in runner.state.withLock(\.lease).map { (runner, $0) } }
        for (leaseTime, held) in Dictionary(grouping: held, by: \.0.subscription.policy.leaseTime) {
            let renewed = try await persistently { () async throws(FlxError) in
                try await self.store.renewLeases(held.map(\.1), for: leaseTime)
            }
            for ((runner, lease), renewed) in zip(held, renewed) { runner.keep(renewed, for: lease) }
        }
    }

    /// Tells those whose view was dropped or taken over: without events they would not notice.
    private func lookAtViews() async {
        let fed = state.withLock { Array($0.runners.values) }.compactMap { runner in runner.feed.map { (runner, $0, $0.checkpoint) } }
        // The next beat may have no error.
        guard !fed.isEmpty, let all = try? await store.generations(of: nil) else { return }
        for (runner, feed, position) in fed {
            if let fault = feed.fault(in: all, after: position) { runner.end(for: fault) }
        }
    }

    /// Tells those of whom an operator wants something.
    /// - Returns: Up to where his acts were looked for.
    private func lookForActs(after position: Position, upTo last: Position) async throws -> Position {
        guard last > position else { return position }
        var (streams, looked) = (Set<StreamName>(), position)
        while true {
            let page = try await persistently { () async throws(FlxError) in
                try await self.store.read(SubscriptionControl.acts, .forward(after: looked), limit: 500)
            }
            streams.formUnion(page.events.compactMap(\.event.stream))
            looked = page.through
            if page.isLast { break }
        }
        for runner in state.withLock({ Array($0.runners.values) }) where streams.contains(runner.control.stream) { runner.send(.called) }
        return looked
    }

    private func persistently<Answer: Sendable>(_ work: () async throws(FlxError) -> Answer) async throws(FlxError) -> Answer {
        try await persistence("the watch of subscriptions", work)
    }

    private func change(_ change: (inout State) -> WatchList.Calls) {
        let calls = state.withLock { state in change(&state).compactMap { call in state.runners[call.id].map { ($0, call.call) } } }
        for (runner, call) in calls { runner.take(call) }
    }
}
