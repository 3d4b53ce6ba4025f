public import FlxCore
public import Logging

/// All versions of all schemas that events of a store were written by, kept in the store itself: in the stream `flx-schemas`.
///
/// A program registers what it writes when it starts. A version is registered once and never changes; a new one is compared with those
/// before it, so that a change that breaks readers is found before it writes anything.
public struct SchemaRegistry: Sendable {
    /// A schema and when it was registered.
    public struct Entry: Hashable, Sendable {
        /// The schema.
        public let schema: EventSchema
        /// When it was registered.
        public let time: Timestamp
    }

    /// A record of the registry that says nothing, because it is damaged or was written by something else.
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
        /// The records that say nothing, in order.
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
    /// - Parameter logger: Where faults are told of.
    public init(in store: any EventStore, logger: Logger = Logger(label: "flx")) {
        self.store = store
        self.logger = logger
    }

    /// All schemas, by name, then by version. Records that say nothing are passed over, and the log says so.
    /// - Throws: What reading throws.
    public func entries() async throws(FlxError) -> [Entry] {
        try await reported().entries
    }

    /// All schemas, and all records that say nothing.
    /// - Throws: What reading throws.
    public func contents() async throws(FlxError) -> Contents {
        var (contents, position) = (Contents(), Position.start)
        while true {
            let page = try await store.read(.stream(Self.stream), .forward(after: position), limit: 500)
            for recorded in page.events { contents.add(recorded) }
            position = page.through
            guard page.isLast else { continue }
            contents.entries.sort { $0.schema.subject < $1.schema.subject }
            return contents
        }
    }

    /// Registers schemas that are not there yet; those that are there, and say the same, change nothing.
    ///
    /// A version must keep the compatibility with the versions before it, back to the first one that was given up, and with those after it.
    /// Where the chain leads from an older version to it, what the steps make of old events counts instead; where downcasters lead from
    /// it to an older version, old readers are served by them. Steps that are data are compared by what they make of the schema; what a
    /// function makes of an event is not known, and such a version counts as readable.
    /// - Parameters:
    ///   - compatibility: What each version must keep.
    ///   - chain: The steps with which the program reads old events.
    ///   - resolver: Knows the documents that the schemas refer to.
    ///   - clock: The time of registration.
    /// - Returns: Those that were not there.
    /// - Throws: ``FlxError/Code/registration`` when a version is there with other fields, breaks the compatibility, or is not proven to
    ///   keep it, with the reasons; nothing is registered then. What compiling a schema, reading and appending throw.
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
                // Another program registered meanwhile: what there is is compared again.
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
