public import FlxCore

/// The result of a write. With it a caller can wait until a view shows the write.
public protocol Receipt: Sendable {
    /// The position up to which a view must have come to show the write; nil when nothing was recorded.
    var position: Position? { get }
}

extension PublishReceipt: Receipt {}

extension AppendResult: Receipt {
    /// The greatest position of the append.
    public var position: Position? { lastPosition }
}

extension Doorbell {
    /// Waits until the bell was rung through a position.
    /// - Throws: ``FlxError/Code/deadlineExceeded``, which says of whom; ``FlxError/Code/cancelled``; ``FlxError/Code/closed``.
    func wait(
        through position: Position, within limit: Duration, clock: any Clock<Duration>, for waited: @autoclosure () -> String
    ) async throws(FlxError) {
        guard position > .start, last < position else { return }
        let before = Position(unchecked: position.value - 1)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await self.wait(after: before) }
                group.addTask {
                    try await clock.pause(for: limit)
                    throw FlxError(.deadlineExceeded, "late")
                }
                try await group.next()
            }
        } catch let error as FlxError where error.code == .deadlineExceeded {
            throw FlxError(
                .deadlineExceeded, "\(waited()) stands at \(last) after \(limit), awaited was \(position); is its runner at work?")
        } catch {
            throw error as? FlxError ?? FlxError(.cancelled, "\(waited()): the wait was cancelled", cause: error)
        }
    }
}
