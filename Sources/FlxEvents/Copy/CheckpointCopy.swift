public import FlxCore

/// Carries the checkpoints of subscriptions over to a copy of their log, so they continue there from the same place.
///
/// Checkpoints are positions. They are carried only to a copy with every event at its original position, as shown by
/// ``CopyReport/hasSamePositions``; any other is refused. Parked events, pauses and requests are in the log itself and are copied with it.
/// Stop the subscriptions before: events handled in the source after that are handled in the target a second time.
///
/// ```swift
/// let report = try await StoreCopy(from: old, to: new).run()
/// try await CheckpointCopy(from: old, to: new).run(after: report)
/// ```
public struct CheckpointCopy: Sendable {
    /// The store with the checkpoints.
    public let source: any StateStore
    /// The store to save them in.
    public let target: any StateStore

    /// Describes the work.
    public init(from source: any StateStore, to target: any StateStore) {
        self.source = source
        self.target = target
    }

    /// Saves the checkpoints that the target lacks, or has at an earlier position. One beyond the end of the copy is saved as its end.
    ///
    /// - Parameters:
    ///   - report: The report of the copy of the log.
    ///   - others: Further checkpoints by their names, such as those of projections.
    /// - Returns: The number of saved checkpoints.
    /// - Throws: ``FlxError/Code/positionsDiffer`` if the target is no copy with the same positions; then nothing was saved. All errors of
    ///   reading and saving.
    @discardableResult
    public func run(after report: CopyReport, others: [String] = []) async throws(FlxError) -> Int {
        guard report.isSame, report.hasSamePositions else {
            throw FlxError(
                .positionsDiffer,
                """
                copy: the events do not stand at the same positions in both stores, so that the checkpoints of the one mean nothing in the \
                other; begin the subscriptions anew, or copy into an empty store
                """)
        }
        var saved = 0
        for name in try await names() + others {
            guard let position = try await source.checkpoint(name).map({ min($0, report.targetPosition) }) else { continue }
            if let there = try await target.checkpoint(name), there >= position { continue }
            try await target.setCheckpoint(name, to: position)
            saved += 1
        }
        return saved
    }

    /// The names of the subscriptions' checkpoints.
    private func names() async throws(FlxError) -> [String] {
        var (names, last) = ([String](), StreamName?.none)
        while true {
            let page = try await source.streams(prefix: SubscriptionControl.streamPrefix, after: last, limit: 1_000)
            for stream in page {
                guard let name = stream.name.description.without(prefix: SubscriptionControl.streamPrefix) else { continue }
                names += SubscriptionControl.checkpointNames(of: String(name))
            }
            guard page.count == 1_000 else { return names }
            last = page.last?.name
        }
    }
}

extension FlxError.Code {
    /// Events have other positions in one store than in the other.
    public static let positionsDiffer = Self("positionsDiffer")
}
