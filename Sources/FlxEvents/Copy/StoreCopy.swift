public import FlxCore

/// Copies a log into another store, whichever drivers they have: all events in the order of their positions, with the same versions in
/// their streams. The target's positions are its own, and follow that order; the time of recording is that of the copy.
///
/// The target is empty, or holds the beginning of the source from an earlier run that was stopped or killed: a run reads both, compares
/// them event by event, and goes on where the target ends. A target that holds anything else is refused. That both are read again is
/// the proof: a mark of where an earlier run ended would say nothing of what happened to either store since.
///
/// ```swift
/// let report = try await StoreCopy(from: old, to: new).run()
/// ```
public struct StoreCopy: Sendable {
    /// The store that is read.
    public let source: any EventStore
    /// The store that is written; nobody else may write to it meanwhile.
    public let target: any EventStore
    /// The number of events in one append, 1 to 10,000.
    public var pageSize = 1_000
    /// The clock that measures the silence of the source.
    public var clock: any Clock<Duration> = ContinuousClock()

    /// Describes a copy.
    public init(from source: any EventStore, to target: any EventStore) {
        self.source = source
        self.target = target
    }

    /// Copies what the source holds, and reads it back.
    ///
    /// - Parameter progress: Is told now and then how many events the target holds.
    /// - Throws: ``FlxError/Code/idConflict`` when the target holds other events, ``FlxError/Code/versionConflict`` when somebody else
    ///   writes to it; ``FlxError/Code/cancelled``; what reading and appending throw. What was copied stays, and the next run goes on.
    public func run(progress: @Sendable (Int64) -> Void = { _ in }) async throws(FlxError) -> CopyReport {
        var work = try await begin(progress)
        try await work.catchUp(progress)
        return try await work.finish()
    }

    /// Copies what the source holds and what comes, until nothing has come for a time: stop the writers, and the copy ends at the last of
    /// their events.
    ///
    /// - Parameters:
    ///   - silence: How long the source must be silent; nil goes on until the task is cancelled.
    ///   - progress: Is told now and then how many events the target holds.
    /// - Throws: As ``run(progress:)`` does.
    public func follow(
        untilSilentFor silence: Duration?, progress: @Sendable (Int64) -> Void = { _ in }
    ) async throws(FlxError) -> CopyReport {
        var work = try await begin(progress)
        repeat { try await work.catchUp(progress) } while try await hasMore(after: work.position, within: silence)
        return try await work.finish()
    }

    private func begin(_ progress: @Sendable (Int64) -> Void) async throws(FlxError) -> CopyWork {
        guard (1...10_000).contains(pageSize) else {
            throw FlxError(.invalidValue, "copy: the page size is \(pageSize), it must be 1 to 10000")
        }
        let prefix = try await source.commonPrefix(with: target, pageSize: pageSize, progress: progress)
        switch prefix.end {
        case .both, .second: return CopyWork(source: source, target: target, pageSize: pageSize, prefix)
        case .first:
            throw FlxError(
                .idConflict,
                """
                copy: the target has events after the last one of the source, behind its position \(prefix.otherPosition): it is no copy \
                of it; copy into an empty store
                """)
        case .difference(let position, let other):
            throw FlxError(
                .idConflict,
                """
                copy: the target's event at position \(other) is not the source's at \(position): it is no copy of it; copy into an \
                empty store
                """)
        }
    }

    /// Waits for what comes after a position.
    private func hasMore(after position: Position, within silence: Duration?) async throws(FlxError) -> Bool {
        let (source, clock) = (source, clock)
        guard let silence else {
            try await source.wait(after: position)
            return true
        }
        return try await withTaskGroup(of: Result<Bool, FlxError>.self) { group in
            group.addTask {
                do throws(FlxError) {
                    try await source.wait(after: position)
                    return .success(true)
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                do {
                    try await clock.pause(for: silence)
                    return .success(false)
                } catch {
                    return .failure(FlxError(.cancelled, "copy: the task was cancelled", cause: error))
                }
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .success(false)
        }.get()
    }
}
