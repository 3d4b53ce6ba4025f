public import FlxCore

/// What came of reading a sample of stored events of every version.
public struct ReadabilityProof: Sendable {
    /// One version that is stored.
    public struct Line: Sendable {
        /// The type and version, as stored.
        public let version: EventVersion
        /// How many events of it there are.
        public internal(set) var events: Int64 = 0
        /// How many of them were read.
        public internal(set) var tried: Int64 = 0
        /// Where reading failed and why, for the first ten.
        public internal(set) var failures: [(position: Position, reason: String)] = []
        /// How many failed.
        public internal(set) var failed: Int64 = 0
    }

    /// The most versions that are told apart.
    public static let maximumLines = 10_000

    /// Every version that is stored, by name, then by version.
    public let lines: [Line]

    /// Whether everything that was tried can be read.
    public var holds: Bool { lines.allSatisfy { $0.failed == 0 } }
}

extension EventStore {
    /// Reads a sample of every stored version, the first ones and every so many after them, and says what cannot be read.
    ///
    /// - Parameters:
    ///   - selection: The events to look at. Streams of the system, `flx-…`, are passed over.
    ///   - sample: The first so many events of each version are read, and after that every hundredth.
    ///   - read: Reads an event; what it throws is the reason why that cannot be done.
    /// - Throws: What reading the log throws; ``FlxError/Code/limitExceeded`` for more than ``ReadabilityProof/maximumLines`` versions.
    public func prove(
        _ selection: Selection = .all, sample: Int = 100, _ read: (RecordedEvent) async throws -> Void
    ) async throws(FlxError) -> ReadabilityProof {
        var lines: [EventVersion: ReadabilityProof.Line] = [:]
        var position = Position.start
        while true {
            let page = try await self.read(selection, .forward(after: position), limit: 1_000)
            for recorded in page.events where !(recorded.event.stream?.description.begins(with: ParkingPlace.systemPrefix) ?? false) {
                let version = EventVersion(of: recorded.event)
                var line = lines[version] ?? .init(version: version)
                line.events += 1
                if line.events <= Int64(sample) || line.events % 100 == 0 { await line.attempt(recorded, read) }
                lines[version] = line
            }
            guard lines.count <= ReadabilityProof.maximumLines else {
                throw FlxError(.limitExceeded, "prove: more than \(ReadabilityProof.maximumLines) types and versions are stored")
            }
            position = page.through
            if page.isLast { return ReadabilityProof(lines: lines.values.sorted { $0.version < $1.version }) }
        }
    }

    /// Shows that the code reads what is stored: each event of a sample is upcast, and decoded as the type that it became.
    /// - Throws: As ``prove(_:sample:_:)`` does.
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
