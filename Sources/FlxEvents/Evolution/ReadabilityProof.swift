public import FlxCore

/// The result of reading a sample of stored events of every version.
public struct ReadabilityProof: Sendable {
    /// One stored version.
    public struct Line: Sendable {
        /// The type and version, as stored.
        public let version: EventVersion
        /// The number of events of it.
        public internal(set) var events: Int64 = 0
        /// The number of them read.
        public internal(set) var tried: Int64 = 0
        /// The positions and reasons of the first ten failures.
        public internal(set) var failures: [(position: Position, reason: String)] = []
        /// The number of failures.
        public internal(set) var failed: Int64 = 0
    }

    /// The maximum number of different versions.
    public static let maximumLines = 10_000

    /// Every stored version, by name, then by version.
    public let lines: [Line]

    /// True if all events of the sample can be read.
    public var holds: Bool { lines.allSatisfy { $0.failed == 0 } }

    /// The number of events, of all versions.
    public var events: Int64 { lines.reduce(0) { $0 + $1.events } }
    /// The number of events in the sample.
    public var tried: Int64 { lines.reduce(0) { $0 + $1.tried } }
    /// The number of failed events.
    public var failed: Int64 { lines.reduce(0) { $0 + $1.failed } }
}

extension ReadabilityProof: CustomStringConvertible {
    /// The extent of the proof: `116 of 1737 events read, 0 failed`.
    public var description: String { "\(tried) of \(events) events read, \(failed) failed" }
}

extension EventStore {
    /// Reads events of every stored version, the oldest ones, the newest ones and some between, and reports unreadable ones.
    ///
    /// The log is read twice: the first time counts, so the second time knows the newest events.
    /// - Parameters:
    ///   - selection: The events to examine.
    ///   - sample: The number of oldest events of each version to read, and of newest ones; every hundredth of those between is read.
    ///     `.max` reads all.
    ///   - read: Reads an event. An error is the reason for its failure.
    /// - Throws: All errors of reading the log; ``FlxError/Code/cancelled``; ``FlxError/Code/limitExceeded`` for more than
    ///   ``ReadabilityProof/maximumLines`` versions.
    public func prove(
        _ selection: Selection = .all, sample: Int = 100, _ read: (RecordedEvent) async throws -> Void
    ) async throws(FlxError) -> ReadabilityProof {
        let (end, sample) = (try await lastPosition(), Int64(sample))
        var lines: [EventVersion: ReadabilityProof.Line] = [:]
        try await each(of: selection, through: end) { (recorded: RecordedEvent) throws(FlxError) in
            let version = EventVersion(of: recorded.event)
            lines[version, default: .init(version: version)].events += 1
            guard lines.count <= ReadabilityProof.maximumLines else {
                throw FlxError(.limitExceeded, "prove: more than \(ReadabilityProof.maximumLines) types and versions are stored")
            }
        }
        var seen: [EventVersion: Int64] = [:]
        try await each(of: selection, through: end) { (recorded: RecordedEvent) async throws(FlxError) in
            let version = EventVersion(of: recorded.event)
            let number = seen[version, default: 0] + 1
            seen[version] = number
            guard var line = lines[version], number <= sample || number % 100 == 0 || line.events - number < sample else { return }
            await line.attempt(recorded, read)
            lines[version] = line
        }
        return ReadabilityProof(lines: lines.values.sorted { $0.version < $1.version })
    }

    private func each(
        of selection: Selection, through end: Position, _ body: (RecordedEvent) async throws(FlxError) -> Void
    ) async throws(FlxError) {
        for try await page in pages(selection) {
            for recorded in page.events where recorded.position <= end {
                try await body(recorded)
            }
            if page.through >= end { return }
        }
    }

    /// Shows that the code can read the stored events: each event of a sample is upcast, and decoded as its resulting type.
    /// - Throws: The errors of ``prove(_:sample:_:)``.
    public func prove(
        reading registry: EventRegistry, through chain: UpcasterChain = .none, sample: Int = 100
    ) async throws(FlxError) -> ReadabilityProof {
        try await prove(sample: sample) { recorded in
            for part in try await chain.upcasted(recorded, in: self) {
                guard try registry.decode(part.event) != nil else {
                    throw FlxError(.registration, "no type of the code reads \(EventVersion(of: part.event))")
                }
            }
        }
    }
}

extension ReadabilityProof.Line {
    fileprivate mutating func attempt(_ recorded: RecordedEvent, _ read: (RecordedEvent) async throws -> Void) async {
        tried += 1
        do {
            try await read(recorded)
        } catch {
            failed += 1
            if failures.count < 10 { failures.append((recorded.position, (error as? FlxError)?.message ?? "\(error)")) }
        }
    }
}
