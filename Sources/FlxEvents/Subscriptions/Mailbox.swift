import DequeModule
import FlxCore
import Synchronization

/// The messages to one session of a ``SubscriptionRunner``, in their order.
///
/// To add a message and to wake the session are two steps: whoever adds under a lock wakes after it. To wake a task under a lock that a
/// cancellation handler takes as well would let the two wait for each other for ever.
final class Mailbox: Sendable {
    /// A message: something for the machine, a call of the watch, or the end.
    enum Message: Sendable {
        case input(SubscriptionMachine.Input)
        case begin
        case failed(FlxError)
    }

    /// Has an element when there may be messages to take.
    let calls: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation
    private let messages = Mutex<Deque<Message>>([])

    init() {
        (calls, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds a message, for which ``wake()`` must follow.
    func add(_ message: Message) {
        messages.withLock { $0.append(message) }
    }

    /// Wakes the session. Never called under a lock.
    func wake() {
        bell.yield()
    }

    /// Adds a message and wakes the session. Never called under a lock.
    func send(_ message: Message) {
        add(message)
        wake()
    }

    /// The next message; nil if there is none now.
    func take() -> Message? {
        messages.withLock { $0.popFirst() }
    }

    /// Ends the calls after those that wait.
    func finish() {
        bell.finish()
    }
}
