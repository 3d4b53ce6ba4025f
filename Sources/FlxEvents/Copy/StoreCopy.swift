public import FlxCore

/// Copies a log into another store, for any two drivers: all events in the order of their positions, with the same versions in their
/// streams. The target has positions of its own, in the same order; the time of recording is that of the copy.
///
/// The target is empty, or contains the beginning of the source from an earlier run that was stopped or killed. A run reads both, compares
/// them event by event, and continues from the target's end. A target with anything else is refused. Reading both again is the
/// proof: a mark at the end of an earlier run would ignore later changes of either store.
///
/// ```swift
/// let report = try await StoreCopy(from: old, to: new).run()
/// ```
public struct StoreCopy: Sendable {
    /// The store to read.
    public let source: any EventStore
    /// The store to write; it must have no other writers meanwhile.
    public let target: any EventStore
    /// The number of events in one append, 1 to 10,000.
    public var pageSize = 1_000
    /// The clock for the silence of the source.
    public var clock: any Clock<Duration> = ContinuousClock()

    /// Describes a copy.
    public init(from source: any EventStore, to target: any EventStore) {
        self.source = source
        self.target = target
    }

    /// Copies the events of the source, and reads them back.
    ///
    /// - Parameter progress: Called repeatedly with the number of events in the target.
    /// - Throws: ``FlxError/Code/idConflict`` if the target contains other events, ``FlxError/Code/versionConflict`` if it has another
    ///   writer; ``FlxError/Code/cancelled``; all errors of reading and appending. Copied events stay, and the next run continues after
    ///   them.
    public func run(progress: @Sendable (Int64) -> Void = { _ in }) async throws(FlxError) -> CopyReport {
        var work = try await begin(progress)
        try await work.catchUp(progress)
        return try await work.finish()
    }

    /// Copies present and new events of the source, until there has been no new one for a time: stop the writers, and the copy ends at the
    /// last of their events.
    ///
    /// - Parameters:
    ///   - silence: The time without new events; nil to continue until the task is cancelled.
    ///   - progress: Called repeatedly with the number of events in the target.
    /// - Throws: The errors of ``run(progress:)``.
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

    /// Waits for events after a position.
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
