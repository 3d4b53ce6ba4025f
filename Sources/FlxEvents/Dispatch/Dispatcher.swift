import FlxCore
import Synchronization

/// Brings events to their subscribed handlers, in this process and now, each isolated from the others' errors.
///
/// The handlers of one event run one after the other in the publisher's task: in order, without a task or a lock for each. Handlers with
/// shared turns or a deadline bear their own costs. The table is looked up under one short lock. Handlers run outside of it, so they may
/// publish, subscribe and cancel.
final class Dispatcher: Sendable {
    /// The handlers of one type, in the order of subscription.
    struct Targets: Sendable {
        let registrations: [Registration]
        let areDirect: Bool

        /// Nobody.
        static let none = Targets(registrations: [], areDirect: true)
    }

    private struct State {
        var registrations: [Registration] = []
        /// The removed ones whose last calls may still run.
        var removed: [Registration] = []
        /// The table by type, filled on the first event of a type. It is dropped when a subscription is added or removed.
        var targets: [EventType: Targets] = [:]
        /// The last answer of the table: the next event is often of the same type.
        var latest: (type: EventType, targets: Targets)?
        var underWay = 0
        var phase = Phase.open
        /// The waiters for the end of the last publish.
        var drains: [AsyncStream<Never>.Continuation] = []

        mutating func dropTargets() {
            targets.removeAll(keepingCapacity: true)
            latest = nil
        }
    }

    private enum Phase {
        case open
        /// The publishes under way run to their end, including events published by their handlers.
        case draining
        case closed
    }

    /// The maximum number of types in the table. Types may come from outside; more than any program has are not worth keeping.
    private static let maximumTypes = 4096

    let failures: FailureReport
    let clock: any Clock<Duration>
    private let state = Mutex(State())

    init(clock: any Clock<Duration>, failures: FailureReport) {
        self.clock = clock
        self.failures = failures
    }

    /// Adds a handler, from the next publish on.
    func add(_ handler: EventHandler) -> Registration {
        let registration = Registration(handler)
        state.withLock { state in
            state.registrations.append(registration)
            state.dropTargets()
        }
        return registration
    }

    /// Removes a handler; calls under way run to their end.
    func remove(_ registration: Registration) {
        registration.cancel()
        state.withLock { state in
            state.registrations.removeAll { $0 === registration }
            state.removed.removeAll { $0.runningCalls == 0 || $0 === registration }
            if registration.runningCalls > 0 { state.removed.append(registration) }
            state.dropTargets()
        }
    }

    /// Begins a publish and returns the handlers of its type; ``end()`` must follow.
    /// - Throws: ``FlxError/Code/closed``.
    func begin(_ type: EventType) throws(FlxError) -> Targets {
        let targets = state.withLock { state -> Targets? in
            switch state.phase {
            case .open: break
            case .draining: guard state.underWay > 0, Scope.current?.isHandling ?? false else { return nil }
            case .closed: return nil
            }
            state.underWay += 1
            return Self.targets(of: type, in: &state)
        }
        guard let targets else { throw FlxError(.closed, "publish: the bus is closed; nothing was published") }
        return targets
    }

    /// The handlers of another type of the same publish.
    func targets(of type: EventType) -> Targets {
        state.withLock { Self.targets(of: type, in: &$0) }
    }

    /// Ends a publish.
    func end() {
        let drains = state.withLock { state in
            state.underWay -= 1
            defer { if state.underWay == 0 { state.drains = [] } }
            return state.underWay == 0 ? state.drains : []
        }
        for drain in drains { drain.finish() }
    }

    /// Accepts no more publishes, and waits for those under way, at most for a duration. A cancellation does not shorten the wait.
    ///
    /// - Returns: The handlers still running, with the number of their calls; empty if all ended.
    func close(within duration: Duration) async -> [UnfinishedWork] {
        let (drained, continuation) = AsyncStream.makeStream(of: Never.self)
        let isDrained = state.withLock { state in
            if state.phase == .open { state.phase = .draining }
            if state.underWay > 0 { state.drains.append(continuation) }
            return state.underWay == 0
        }
        if isDrained { continuation.finish() }
        await shielded { [clock] in _ = try? await withDeadline(duration, clock: clock) { for await _ in drained {} } }
        state.withLock { $0.phase = .closed }
        failures.finish()
        return state.withLock { $0.registrations + $0.removed }.filter { $0.runningCalls > 0 }.map {
            UnfinishedWork(handler: $0.handler.name, calls: $0.runningCalls)
        }
    }

    private static func targets(of type: EventType, in state: inout State) -> Targets {
        if let latest = state.latest, latest.type == type { return latest.targets }
        let targets = state.targets[type] ?? find(type, in: &state)
        state.latest = (type, targets)
        return targets
    }

    private static func find(_ type: EventType, in state: inout State) -> Targets {
        let registrations = state.registrations.filter { $0.handler.pattern.matches(type) }
        let targets = Targets(registrations: registrations, areDirect: registrations.allSatisfy(\.isDirect))
        if state.targets.count >= maximumTypes { state.targets.removeAll(keepingCapacity: true) }
        state.targets[type] = targets
        return targets
    }
}

/// A handler still running when a bus closed.
public struct UnfinishedWork: Hashable, Sendable, CustomStringConvertible {
    /// The name of the handler.
    public let handler: String
    /// The number of its running calls.
    public let calls: Int

    /// Handler and number on one line.
    public var description: String { "handler '\(handler)': \(calls) call\(calls == 1 ? "" : "s") still running" }
}
