public import FlxCore
public import Logging

/// All versions of all schemas for the events of a store, kept in the store itself: in the stream `flx-schemas`.
///
/// A program registers its schemas at its start. A version is registered once and never changes. A new one is compared with those before
/// it, so a change that breaks readers is found before it writes anything.
public struct SchemaRegistry: Sendable {
    /// A schema and when it was registered.
    public struct Entry: Hashable, Sendable {
        /// The schema.
        public let schema: EventSchema
        /// When it was registered.
        public let time: Timestamp
    }

    /// A useless record of the registry: it is damaged or was written by something else.
    public struct Fault: Hashable, Sendable, CustomStringConvertible {
        /// The position of the record.
        public let position: Position
        /// The fault.
        public let reason: String

        /// Both on one line.
        public var description: String { "the record at position \(position) is passed over: \(reason)" }
    }

    /// The content of the registry.
    public struct Contents: Sendable {
        /// All schemas, by name, then by version.
        public internal(set) var entries: [Entry] = []
        /// The useless records, in order.
        public internal(set) var faults: [Fault] = []
        /// The version of the stream.
        var version = Version.none
        var schemas: [EventVersion: EventSchema] = [:]
    }

    /// The stream of the registry.
    public static let stream: StreamName = "flx-schemas"

    private let store: any EventStore
    private let logger: Logger

    /// Opens the registry of a store.
    /// - Parameter logger: The logger for faults.
    public init(in store: any EventStore, logger: Logger = Logger(label: "flx")) {
        self.store = store
        self.logger = logger
    }

    /// All schemas, by name, then by version. Useless records are skipped and logged.
    /// - Throws: All errors of reading.
    public func entries() async throws(FlxError) -> [Entry] {
        try await reported().entries
    }

    /// All schemas, and all useless records.
    /// - Throws: All errors of reading.
    public func contents() async throws(FlxError) -> Contents {
        var contents = Contents()
        for try await page in store.pages(.stream(Self.stream), limit: 500) {
            for recorded in page.events { contents.add(recorded) }
        }
        contents.entries.sort { $0.schema.subject < $1.schema.subject }
        return contents
    }

    /// Registers schemas not yet in the registry. Those already there with the same content have no effect.
    ///
    /// A version must keep the compatibility with the versions before it, back to the first one with a break, and with those after it. If
    /// the chain leads from an older version to it, the results of the steps for old events count instead. If downcasters lead from it to
    /// an older version, they serve old readers. Steps in the form of data are compared by their effect on the schema. The result of a
    /// function is unknown, and such a version counts as readable.
    /// - Parameters:
    ///   - compatibility: The compatibility required of each version.
    ///   - chain: The steps with which the program reads old events.
    ///   - resolver: The source of documents referred to in the schemas.
    ///   - clock: The clock for the time of registration.
    /// - Returns: The schemas that were not there.
    /// - Throws: ``FlxError/Code/registration`` if a version is there with other fields, breaks the compatibility, or is not proven to keep
    ///   it, with the reasons; then nothing is registered. All errors of compiling a schema, reading and appending.
    @discardableResult
    public func register(
        _ schemas: [EventSchema], keeping compatibility: SchemaCompatibility = .backward, reading chain: UpcasterChain = .none,
        resolving resolver: SchemaResolver = .none, clock: EventClock = .system
    ) async throws(FlxError) -> [EventSchema] {
        for schema in schemas { try schema.check(resolving: resolver) }
        while true {
            let contents = try await reported()
            let evolution = SchemaEvolution(known: contents.entries.map(\.schema), chain: chain, resolving: resolver)
            let new = try evolution.additions(of: schemas, keeping: compatibility)
            guard !new.isEmpty else { return [] }
            var events: [Event] = []
            for schema in new { events.append(try Event(SchemaRegistered(schema), time: clock.now())) }
            do {
                try await store.append(events, to: Self.stream, expecting: .exactly(contents.version))
                return new
            } catch {
                // Another program registered meanwhile: the new contents are compared.
                guard error.code == .versionConflict else { throw error }
            }
        }
    }

    private func reported() async throws(FlxError) -> Contents {
        let contents = try await contents()
        for fault in contents.faults {
            logger.warning("a record of the registry of schemas is passed over", metadata: ["reason": "\(fault)"])
        }
        return contents
    }
}
