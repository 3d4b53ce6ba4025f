import FlxCore
import Synchronization

/// A view as a subscription feeds it. The view keeps its checkpoint in one step with its documents.
final class ViewFeed: Sendable {
    private let runner: ViewRunner
    private let generation = Mutex<ViewGeneration?>(nil)

    init(_ runner: ViewRunner) { self.runner = runner }

    var view: any StoredView { runner.view }

    /// The position of the view, as far as it is known here.
    var checkpoint: Position { generation.withLock { $0?.checkpoint ?? .start } }

    /// Returns true if the view has a smaller version than the code, so that ``begin()`` builds it.
    func isBehind() async throws(FlxError) -> Bool {
        try await view.store.generations(of: view.name).contains { $0.role == .current && $0.version < view.version }
    }

    /// Returns the error for a view that was dropped, begun anew or replaced; nil if it is what is fed here.
    /// - Parameters:
    ///   - all: The generations of all views.
    ///   - position: Where the view stood before they were read.
    func fault(in all: [ViewGeneration], after position: Position) -> FlxError? {
        let isThere = all.contains { found in
            found.role == .current && ExactText.same(found.view, view.name) && found.version == view.version && found.checkpoint >= position
        }
        return isThere ? nil : anew
    }

    /// Finds the generation to feed. Where it has a smaller version than the code, a new one is built first.
    /// - Returns: The checkpoint of the view.
    /// - Throws: ``FlxError/Code/viewReplaced`` when a greater version has taken over; what reading and committing throw.
    func begin() async throws(FlxError) -> Position {
        var waits = 0
        while true {
            do throws(FlxError) {
                let found = try await runner.current { _ in }
                generation.withLock { $0 = found }
                return found.checkpoint
            } catch {
                guard error.origin == .rival else { throw error }
                waits += 1
                try await runner.pause(waits, for: error)
            }
        }
    }

    /// Finds the generation to feed, as ``begin()`` does, for a session, in which nothing is built.
    func resume() async throws(FlxError) -> Position {
        guard try await !isBehind() else { throw anew }
        return try await begin()
    }

    /// Applies events in their order, in one step as far as they can be.
    /// - Parameter goesOn: False once the session ends.
    /// - Returns: The number of applied events, and why the next one was not.
    func take(_ events: [RecordedEvent], while goesOn: () -> Bool) async -> (handled: Int, error: (any Error)?) {
        guard let last = events.last else { return (0, nil) }
        while true {
            do throws(FlxError) {
                try await step(through: last.position, while: goesOn) { generation throws(FlxError) in
                    // A slice of all of them would be a copy.
                    let isWhole = events.first.map { $0.position > generation.checkpoint } ?? true
                    let rest = isWhole ? events : Array(events.drop { $0.position <= generation.checkpoint })
                    return try await self.view.project(rest, to: generation, through: last.position)
                }
                return (handled(of: events), nil)
            } catch {
                let handled = handled(of: events)
                guard error.origin == .user, let failed = error.position else {
                    return (handled, isReplaced(error) ? error : StoreOutage(cause: error))
                }
                if handled < events.count, events[handled].position == failed { return (handled, error) }
                // Another runner has made steps since: the event that failed is behind the view, or others are before it again.
                guard handled < events.count, goesOn() else { return (handled, nil) }
            }
        }
    }

    /// The number of events that the view has.
    private func handled(of events: [RecordedEvent]) -> Int {
        generation.withLock { now in events.prefix { $0.position <= now?.checkpoint ?? .start }.count }
    }

    /// Returns true if another version took over, or the view is to be begun again. A fold may throw any code.
    func isReplaced(_ error: FlxError) -> Bool { error.code == .viewReplaced && error.origin != .user }

    /// Moves the checkpoint of the view to a position before which nothing is left for it.
    /// - Throws: As ``begin()`` does, also for a view that was dropped or begun anew: it is begun again then.
    func move(to position: Position, while goesOn: () -> Bool) async throws(FlxError) {
        try await step(through: position, while: goesOn) { generation throws(FlxError) in
            try await self.view.project([], to: generation, through: position)
        }
    }

    /// Makes a step, and waits while another runner is about to switch the view.
    private func step(
        through position: Position, while goesOn: () -> Bool,
        _ work: (ViewGeneration) async throws(FlxError) -> ViewGeneration
    ) async throws(FlxError) {
        guard var current = generation.withLock(\.self) else { throw anew }
        var waits = 0
        while current.checkpoint < position {
            do throws(FlxError) {
                let next = try await work(current)
                generation.withLock { $0 = next }
                return
            } catch {
                let next = try await reread(after: current)
                if next.checkpoint > current.checkpoint { waits = 0 }
                current = next
                guard error.origin == .rival else { throw error }
                guard goesOn() else { return }
                waits += 1
                try await runner.pause(waits, for: error)
            }
        }
    }

    /// The generation as the store has it now.
    private func reread(after former: ViewGeneration) async throws(FlxError) -> ViewGeneration {
        let all = try await view.store.generations(of: view.name)
        guard let found = all.first(where: { $0.role == .current }), found.checkpoint >= former.checkpoint, found.version == view.version
        else { throw anew }
        generation.withLock { $0 = found }
        return found
    }

    private var anew: FlxError { FlxError(.viewReplaced, "view '\(view.name)': it was dropped, begun anew, or another version took over") }
}
