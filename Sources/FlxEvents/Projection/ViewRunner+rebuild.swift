public import FlxCore
import Logging

extension ViewRunner {
    /// The comparison of a new build with the former one, before it takes its place.
    public enum Comparison: Hashable, Sendable {
        /// Nothing.
        case none
        /// Compare it with the former one and tell.
        case report
        /// Compare it, and drop it when they differ.
        case requireEqual
    }

    /// The result of a rebuild.
    public struct Rebuild: Hashable, Sendable {
        /// The build that is the current one now.
        public let generation: ViewGeneration
        /// The position at which it took the place of the former one: events up to here were that one's, later ones are its own.
        public let switchPosition: Position
        /// True if it continued the work of an earlier process.
        public let wasResumed: Bool
        /// The sum over the former build, where they were compared.
        public let former: ViewDigest?
        /// The sum over the new build, where they were compared.
        public let rebuilt: ViewDigest?
        /// True if both were equal; nil if they were not compared.
        public var isEqual: Bool? { former.flatMap { former in rebuilt.map { $0 == former } } }
    }

    /// Builds the view anew from the log, beside the one that is read and kept current, and then lets it take that one's place.
    ///
    /// The former build answers until the switch, which is one transaction; only its updates wait for the last page, and for the
    /// comparison where one is asked for. Where the process ends on the way, the next rebuild of the same version goes on from there,
    /// and one of another version begins again, once nobody has worked on that one for 30 seconds. For a view that is not there yet it
    /// is the same as catching up.
    /// - Throws: ``FlxError/Code/viewDiffers`` when the builds must be equal and are not: the new one is dropped. Otherwise as
    ///   ``catchUp(progress:)`` does; the new build is kept to go on with, and the former one goes on at once.
    @discardableResult
    public func rebuild(
        comparing comparison: Comparison = .none, progress: @Sendable (ViewProgress) -> Void = { _ in }
    ) async throws(FlxError) -> Rebuild {
        try claim(.rebuilding)
        defer { release(.rebuilding) }
        let store = view.store
        let found = try await store.generations(of: view.name)
        guard found.contains(where: { $0.role == .current }) else {
            let generation = try await advance(try await first(after: found), to: nil, last: try await store.lastPosition(), progress)
            return Rebuild(generation: generation, switchPosition: .start, wasResumed: false, former: nil, rebuilt: nil)
        }
        let (begun, wasResumed) = try await building()
        // A fold may take longer for a page than a build may rest.
        async let _: Void = keep(begun.id)
        do throws(FlxError) {
            return try await complete(begun, wasResumed: wasResumed, comparing: comparison, progress)
        } catch {
            await release(begun.id)
            throw error
        }
    }

    /// Lets the former build go on, if it is held. Where that fails, it goes on once the new one counts as abandoned.
    private func release(_ id: ViewGeneration.ID) async {
        await shielded { [self] in
            do throws(FlxError) {
                try await view.store.releaseHold(for: id)
            } catch {
                guard error.origin != .rival else { return }
                logger.warning("the former build is still held", metadata: ["view": "\(view.name)", "error": "\(error)"])
            }
        }
    }

    /// Leads a build to the current one and lets it take that one's place.
    private func complete(
        _ begun: ViewGeneration, wasResumed: Bool, comparing comparison: Comparison, _ progress: @Sendable (ViewProgress) -> Void
    ) async throws(FlxError) -> Rebuild {
        var generation = begun
        while true {
            generation = try await catchUpWithCurrent(generation, progress)
            let position = try await view.store.holdForSwitch(to: generation.id)
            generation = try await advance(generation, to: position, last: position, progress)
            let sums = comparison == .none ? nil : try await sums(current(), generation)
            if comparison == .requireEqual, let sums, sums.former != sums.rebuilt {
                // They were compared at one position if it is still held there.
                if try await view.store.holdForSwitch(to: generation.id) == position {
                    throw try await drop(generation, at: position, sums)
                }
                generation.switchPosition = nil
                continue
            }
            do throws(FlxError) {
                try await view.store.switchView(to: generation.id)
            } catch {
                // The former went on meanwhile: it was held for too long.
                guard error.code == .viewConflict else { throw error }
                generation.switchPosition = nil
                continue
            }
            (generation.role, generation.switchPosition) = (.current, nil)
            return Rebuild(
                generation: generation, switchPosition: position, wasResumed: wasResumed, former: sums?.former, rebuilt: sums?.rebuilt)
        }
    }

    /// Applies page by page after the build that is current, until that is held or near, or comes no nearer: it is held for the rest then.
    private func catchUpWithCurrent(
        _ begun: ViewGeneration, _ progress: @Sendable (ViewProgress) -> Void
    ) async throws(FlxError) -> ViewGeneration {
        var (generation, target, distance, former) = (begun, try await current().checkpoint, Int64.max, Int64.max)
        repeat {
            generation = try await advance(generation, to: target, last: target, progress)
            target = try await current().checkpoint
            (former, distance) = (distance, target.value - generation.checkpoint.value)
        } while generation.switchPosition == nil && distance > Int64(pageSize) && distance < former
        return generation
    }

    /// Keeps a build from being taken for abandoned, until the task is cancelled.
    private func keep(_ id: ViewGeneration.ID) async {
        while (try? await sleep.sleep(for: .seconds(10))) != nil {
            // The next round may have no error.
            guard let all = try? await view.store.generations(of: view.name) else { continue }
            guard let generation = all.first(where: { $0.id == id }) else { return }
            // Where a step is made meanwhile, that keeps it as well.
            _ = try? await view.store.commit(ViewStep(of: id, after: generation.checkpoint, through: generation.checkpoint))
        }
    }

    private func sums(
        _ former: ViewGeneration, _ rebuilt: ViewGeneration
    ) async throws(FlxError) -> (former: ViewDigest, rebuilt: ViewDigest) {
        (try await view.digest(of: former), try await view.digest(of: rebuilt))
    }

    private func drop(
        _ generation: ViewGeneration, at position: Position, _ sums: (former: ViewDigest, rebuilt: ViewDigest)
    ) async throws(FlxError) -> FlxError {
        try await view.store.dropBuild(generation.id)
        return FlxError(
            .viewDiffers,
            """
            view '\(view.name)': the new build differs from the current one at position \(position): \(sums.rebuilt.rows) rows instead of \
            \(sums.former.rows); it was dropped
            """)
    }

    /// Drops a rebuild that was begun and not brought to its end.
    /// - Returns: Whether there was one.
    @discardableResult
    public func dropRebuild() async throws(FlxError) -> Bool {
        guard let found = try await view.store.generations(of: view.name).first(where: { $0.role == .building }) else { return false }
        try await view.store.dropBuild(found.id)
        return true
    }

    /// The build to go on with: one that was begun with this version, or a new one.
    private func building() async throws(FlxError) -> (generation: ViewGeneration, wasResumed: Bool) {
        let all = try await view.store.generations(of: view.name)
        if let found = all.first(where: { $0.role == .building }), found.version == view.version {
            let current = all.first { $0.role == .current }
            guard let current, current.checkpoint < found.checkpoint else { return (found, true) }
            // The current one was begun anew in the meantime. The build cannot go back to it, and it may have no runner any more.
            try await view.store.dropBuild(found.id)
        }
        // Refused while somebody works on a build of another version.
        return (try await view.begin(), false)
    }

    private func current() async throws(FlxError) -> ViewGeneration {
        guard let current = try await view.store.generations(of: view.name).first(where: { $0.role == .current }) else {
            throw ViewRefusal.noView(view.name)
        }
        return current
    }
}

/// The progress of a view or a rebuild.
public struct ViewProgress: Hashable, Sendable {
    /// The build, with its checkpoint.
    public let generation: ViewGeneration
    /// The position to reach.
    public let target: Position
    /// The time that the rest takes at the pace so far; nil while that is unknown.
    public let remaining: Duration?
}

/// Reckons the remaining time of a run.
struct ViewMeter {
    private let start: Position
    private let begin: Timestamp

    init(from start: Position, at begin: Timestamp) {
        (self.start, self.begin) = (start, begin)
    }

    func progress(_ generation: ViewGeneration, target: Position, at now: Timestamp) -> ViewProgress {
        let (done, rest) = (generation.checkpoint.value - start.value, max(0, target.value - generation.checkpoint.value))
        let elapsed = (Double(now.nanoseconds) - Double(begin.nanoseconds)) / 1e9
        let remaining: Duration? = done > 0 && elapsed > 0 ? .seconds(min(elapsed / Double(done) * Double(rest), 1e9)) : nil
        return ViewProgress(generation: generation, target: target, remaining: remaining)
    }
}
