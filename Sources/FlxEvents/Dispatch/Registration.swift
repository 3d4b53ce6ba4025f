import FlxCore
import Synchronization

/// One handler in a dispatcher's table, its turns, and the number of its running calls.
final class Registration: Sendable {
    typealias HandlerTurns = Lane<CheckedContinuation<Void, Never>, Publication>

    let handler: EventHandler
    /// True if a call needs a turn; if calls are unlimited, none does.
    let takesTurns: Bool
    /// True if a call is plain: it waits for no turn, has no deadline, and is not retried.
    let isPlain: Bool
    private let turns: Mutex<HandlerTurns>
    private let cancelled = Atomic(false)
    private let calls = Atomic(0)

    init(_ handler: EventHandler) {
        self.handler = handler
        let options = handler.options
        takesTurns = options.concurrency != .unlimited
        isPlain = options.concurrency == .unlimited && options.retry == .none && options.deadline == nil
        turns = Mutex(HandlerTurns(limit: options.concurrency.limit))
    }

    /// True if a call is plain and does not wait.
    var isDirect: Bool {
        if case .synchronous = handler.body { isPlain } else { false }
    }

    /// The number of calls running at this moment.
    var runningCalls: Int { calls.load(ordering: .relaxed) }

    func cancel() { cancelled.store(true, ordering: .releasing) }

    /// True if no further call may begin.
    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Notes the beginning of a call. Returns false, without a call, if the handler does not want the event or was cancelled.
    func callBegins(for event: Event) -> Bool {
        guard !isCancelled, handler.accepts(event) else { return false }
        calls.add(1, ordering: .relaxed)
        return true
    }

    /// Notes the end of a call.
    func callEnds() { calls.subtract(1, ordering: .relaxed) }

    /// Waits for a turn.
    func enter() async {
        if turns.withLock({ $0.tryEnter() }) { return }
        await withCheckedContinuation { continuation in
            if case .run = turns.withLock({ $0.enter(continuation) }) { continuation.resume() }
        }
    }

    /// Takes a turn, or puts the call aside.
    func enter(deferring publication: Publication) -> HandlerTurns.Entry {
        turns.withLock { $0.enter(deferring: publication) }
    }

    /// Ends a turn. Returns a deferred call to make in the same turn.
    func leave() -> Publication? {
        switch turns.withLock({ $0.leave() }) {
        case .free: return nil
        case .run(let publication): return publication
        case .handOver(let waiter):
            waiter.resume()
            return nil
        }
    }
}
