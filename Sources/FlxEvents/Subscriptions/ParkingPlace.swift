public import FlxCore
import Synchronization

/// Where a subscription puts events aside that it could not handle: a stream of the store itself, so that every store has one, what is
/// parked is as safe as the events, and every operator's act is on record.
///
/// The stream is `flx-parked-` and the subscription's name. What is parked now is folded from it, and brought up to date before each
/// answer; it takes memory for each parked event, not for the events themselves.
public final class ParkingPlace: Sendable {
    /// Streams whose names begin so are the system's own. A subscription gets their events only when it selects such a stream by its
    /// name or prefix: otherwise what it parks would come back to it.
    public static let systemPrefix = "flx-"

    private struct Entry {
        let parked: EventParked
        let time: Timestamp
    }

    private struct Fold {
        var entries: [Position: Entry] = [:]
        var through = Position.start
    }

    /// The stream of the parked events.
    public let stream: StreamName
    private let store: any EventStore
    private let fold = Mutex(Fold())

    /// Finds the parking place of a subscription.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the name is none.
    public init(of subscription: String, in store: any EventStore) throws(FlxError) {
        stream = try StreamName("\(Self.systemPrefix)parked-\(subscription)")
        self.store = store
    }

    /// The number of parked events.
    /// - Throws: What reading throws, as all methods do.
    public func count() async throws(FlxError) -> Int {
        try await entries().count
    }

    /// The keys behind which later events wait.
    public func waitingKeys() async throws(FlxError) -> Set<String> {
        Set(try await entries().values.filter(\.parked.holdsKey).map(\.parked.key))
    }

    /// The parked events after a position, in the order of their positions.
    /// - Parameters:
    ///   - key: Only those of a key; nil for all.
    ///   - limit: At most so many.
    public func events(of key: String? = nil, after position: Position = .start, limit: Int) async throws(FlxError) -> [ParkedEvent] {
        let found = try await entries().filter { $0.key > position && (key == nil || $0.value.parked.key == key) }
        var events: [ParkedEvent] = []
        for (position, entry) in found.sorted(by: { $0.key < $1.key }).prefix(max(0, limit)) {
            let before = Position(unchecked: position.value - 1)
            guard let recorded = try await store.read(.all, .forward(after: before), limit: 1).events.first else { continue }
            events.append(
                ParkedEvent(
                    event: recorded, key: entry.parked.key, holdsKey: entry.parked.holdsKey, attempts: entry.parked.attempts,
                    error: entry.parked.error, handlerVersion: entry.parked.handlerVersion, time: entry.time))
        }
        return events
    }

    func park(_ parked: EventParked, causedBy event: RecordedEvent, at time: Timestamp) async throws(FlxError) {
        try await append(parked, event, time)
    }

    func release(_ event: RecordedEvent, by operator: String, reason: String?, at time: Timestamp) async throws(FlxError) {
        try await append(EventReleased(position: event.position.value, operator: `operator`, reason: reason), event, time)
    }

    private func append(_ fact: some DomainEvent, _ cause: RecordedEvent, _ time: Timestamp) async throws(FlxError) {
        let event = try Event(
            fact, stream: stream, time: time, correlationID: cause.event.correlationID ?? cause.id, causationID: cause.id)
        try await store.append([event], to: stream)
    }

    private func entries() async throws(FlxError) -> [Position: Entry] {
        while true {
            let through = fold.withLock(\.through)
            let page = try await store.read(.stream(stream), .forward(after: through), limit: 500)
            let entries = try fold.withLock { fold throws(FlxError) in
                // Another caller may have read the same page: it is taken in once.
                if fold.through == through {
                    for recorded in page.events { try Self.take(recorded, into: &fold.entries) }
                    fold.through = page.through
                }
                return fold.entries
            }
            if page.isLast { return entries }
        }
    }

    private static func take(_ recorded: RecordedEvent, into entries: inout [Position: Entry]) throws(FlxError) {
        switch recorded.event.type {
        case EventParked.eventType:
            let parked = try recorded.event.decode(as: EventParked.self)
            entries[try Position(parked.position)] = Entry(parked: parked, time: recorded.event.time ?? recorded.recordedTime)
        case EventReleased.eventType:
            entries[try Position(try recorded.event.decode(as: EventReleased.self).position)] = nil
        default: break
        }
    }
}
