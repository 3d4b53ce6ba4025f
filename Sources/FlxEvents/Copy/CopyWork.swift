import FlxCore

/// A copy under way: its place in the source, and the sum of the copied events.
struct CopyWork {
    private let source: any EventStore
    private let target: any EventStore
    private let pageSize: Int
    private let prefix: CommonPrefix
    private var sum: LogSum
    private var hasSamePositions: Bool
    /// The end of the copied part of the source.
    private(set) var position: Position

    init(source: any EventStore, target: any EventStore, pageSize: Int, _ prefix: CommonPrefix) {
        self.source = source
        self.target = target
        self.pageSize = pageSize
        self.prefix = prefix
        sum = prefix.sum
        hasSamePositions = prefix.hasSamePositions
        position = prefix.position
    }

    /// Copies up to the present end of the source. A page is read while the one before it is appended.
    mutating func catchUp(_ progress: @Sendable (Int64) -> Void) async throws(FlxError) {
        var page = try await read(after: position)
        while true {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "copy: stopped; run it again to continue") }
            let current = page
            async let appended = append(current.events)
            async let following = current.isLast ? .success(nil) : fetch(after: current.through)
            let (outcome, next) = (await appended, await following)
            let positions = try outcome.get()
            if positions != current.events.map(\.position) { hasSamePositions = false }
            for recorded in current.events { sum.add(recorded) }
            position = max(position, current.through)
            progress(sum.events)
            guard let next = try next.get() else { return }
            page = next
        }
    }

    /// Reads back the appended events, and sums both sides.
    func finish() async throws(FlxError) -> CopyReport {
        var cursor = LogCursor(target, after: prefix.otherPosition, pageSize: pageSize)
        var (targetSum, last) = (prefix.sum, prefix.otherPosition)
        while let recorded = try await cursor.next() {
            targetSum.add(recorded)
            last = recorded.position
        }
        return CopyReport(
            copied: sum.events - prefix.sum.events, sourcePosition: position, targetPosition: last, source: sum, target: targetSum,
            hasSamePositions: hasSamePositions)
    }

    private func read(after position: Position) async throws(FlxError) -> Page {
        try await source.read(.everything, .forward(after: position), limit: pageSize)
    }

    private func fetch(after position: Position) async -> Result<Page?, FlxError> {
        do throws(FlxError) {
            return .success(try await read(after: position))
        } catch {
            return .failure(error)
        }
    }

    /// Appends events, each run of one stream as a write with an expected version: a foreign event in it is a conflict.
    /// - Returns: The positions of the events there.
    private func append(_ events: [RecordedEvent]) async -> Result<[Position], FlxError> {
        guard !events.isEmpty else { return .success([]) }
        do throws(FlxError) {
            return .success(try await target.append(try Self.writes(events), unless: nil).places.map(\.position))
        } catch {
            return .failure(error)
        }
    }

    private static func writes(_ events: [RecordedEvent]) throws(FlxError) -> [StreamWrite] {
        var before: [StreamName: Version] = [:]
        var writes: [StreamWrite] = []
        var run: [Event] = []
        func end(_ stream: StreamName) throws(FlxError) {
            writes.append(StreamWrite(run, to: stream, expecting: .exactly(before[stream] ?? .none)))
            run.removeAll(keepingCapacity: true)
        }
        for recorded in events {
            guard let stream = recorded.event.stream else {
                throw FlxError(.corrupt, "copy: the event at position \(recorded.position) of the source has no stream; verify the source")
            }
            if let last = run.last?.stream, last != stream { try end(last) }
            if before[stream] == nil { before[stream] = try Version(recorded.version.value - 1) }
            run.append(recorded.event)
        }
        if let last = run.last?.stream { try end(last) }
        return writes
    }
}
