public import FlxCore
import Synchronization

/// The events that a subscription could not handle, in a stream of the store itself: so every store has one, what is parked is as safe as
/// the events, and every operator's act is on record.
///
/// The stream is `flx-parked-` and the subscription's name. What is parked now is folded from it, and brought up to date before each
/// answer; it takes memory for each parked event and each correction, not for the events themselves.
public final class ParkingPlace: Sendable {
    /// The name of the subscription.
    public let subscription: String
    /// The stream of the parked events.
    public let stream: StreamName
    let store: any EventStore
    private let sleep: any Clock<Duration>
    private let fold = Mutex(ParkingFold())

    /// Finds the parking place of a subscription.
    /// - Parameter sleep: The clock for the pauses before an append is repeated whose outcome is unknown.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` when the name is none.
    public init(of subscription: String, in store: any EventStore, sleep: any Clock<Duration> = ContinuousClock()) throws(FlxError) {
        self.subscription = subscription
        stream = try StreamName("\(StreamName.systemPrefix)parked-\(subscription)")
        self.store = store
        self.sleep = sleep
    }

    /// The number of parked events that fit.
    /// - Throws: What reading throws, as all methods do.
    public func count(_ filter: ParkedFilter = .all) async throws(FlxError) -> Int {
        try await positions(filter).count
    }

    /// The keys behind which later events wait.
    public func waitingKeys() async throws(FlxError) -> Set<ExactText> {
        try await update()
        return fold.withLock(\.waitingKeys)
    }

    /// The parked events by the way in which they failed, the largest group first.
    public func groups(_ filter: ParkedFilter = .all) async throws(FlxError) -> [ParkedGroup] {
        try await update()
        return fold.withLock { $0.groups(filter, handler: subscription) }
    }

    /// The parked events after a position, in the order of their positions, at most so many.
    public func events(
        _ filter: ParkedFilter = .all, after position: Position = .start, limit: Int
    ) async throws(FlxError) -> [ParkedEvent] {
        var events: [ParkedEvent] = []
        for place in try await positions(filter) where place > position {
            guard events.count < limit else { break }
            if let event = try await event(at: place) { events.append(event) }
        }
        return events
    }

    /// The parked event that stood at a position; nil when none is parked there. One that the code cannot read is given as it is stored.
    public func event(at position: Position) async throws(FlxError) -> ParkedEvent? {
        try await update()
        let (entry, correction) = fold.withLock { ($0.entries[position], $0.corrections[position]) }
        guard let entry else { return nil }
        let (found, parked) = (try await recorded(position, correction), entry.parked)
        guard let first = found.page.events.first else { return nil }
        return ParkedEvent(
            position: position, events: found.page.events, handler: subscription, key: parked.key, holdsKey: parked.holdsKey,
            attempts: parked.attempts, error: parked.error, handlerVersion: parked.handlerVersion, time: entry.time,
            fault: found.faults[first.position], correction: correction?.recorded)
    }

    /// The places of the corrected events, as far as they are known here.
    var corrected: Set<Position> { fold.withLock { Set($0.corrections.keys) } }

    /// The parts of the event by which an operator corrected the one at a position; nil if he did not.
    func correction(at position: Position) async throws(FlxError) -> TolerantPage? {
        guard let correction = fold.withLock({ $0.corrections[position] }) else { return nil }
        return try await recorded(position, correction)
    }

    /// The version of the handler that parked the event at a position; nil when none is parked there.
    func version(at position: Position) async throws(FlxError) -> Int? {
        try await update()
        return fold.withLock { $0.entries[position]?.parked.handlerVersion }
    }

    /// The positions of the parked events that fit, in their order.
    public func positions(_ filter: ParkedFilter) async throws(FlxError) -> [Position] {
        try await update()
        return fold.withLock { $0.positions(filter) }
    }

    /// What is parked after a position, and the keys behind which later events wait.
    func parked(after position: Position) async throws(FlxError) -> (positions: Set<Position>, waiting: Set<ExactText>) {
        try await update()
        return fold.withLock { fold in (Set(fold.entries.keys.lazy.filter { $0 > position }), fold.waitingKeys) }
    }

    /// What one version of the handler parked after a position.
    func parked(after position: Position, by version: Int) async throws(FlxError) -> Set<Position> {
        try await update()
        return fold.withLock { fold in
            Set(fold.entries.lazy.filter { $0.key > position && $0.value.parked.handlerVersion == version }.map(\.key))
        }
    }

    /// The places after a position of events that were released after another one.
    func released(after position: Position, since recorded: Position) async throws(FlxError) -> Set<Position> {
        let selection = Selection(.stream(stream), .events(EventReleased.eventType))
        var places: Set<Position> = []
        for try await page in store.pages(selection, .forward(after: recorded), limit: 500) {
            for recorded in page.events { places.insert(try Position(try recorded.event.decode(as: EventReleased.self).position)) }
        }
        return places.filter { $0 > position }
    }

    /// Records an act on parked events that rests on what is parked. Where another act comes between, it begins anew.
    /// - Parameters:
    ///   - plan: Says what to append, by what is parked; nothing leaves all as it is.
    ///   - append: Appends it, unless another act came between. It is called again while its outcome is unknown.
    /// - Returns: True if something was appended.
    func act(
        _ plan: (ParkingFold) throws(FlxError) -> [StreamWrite],
        append: ([StreamWrite], Boundary) async throws(FlxError) -> Void
    ) async throws(FlxError) -> Bool {
        while true {
            try await update()
            let fold = fold.withLock(\.self)
            let writes = try plan(fold)
            guard !writes.isEmpty else { return false }
            let acts = Query.events(EventReleased.eventType, EventCorrected.eventType)
            let boundary = Boundary(acts, in: .stream(stream), after: fold.through)
            do throws(FlxError) {
                try await settling(sleep) { () async throws(FlxError) in try await append(writes, boundary) }
                return true
            } catch {
                guard error.code == .boundaryConflict else { throw error }
            }
        }
    }

    /// What a filter selects for a retry.
    func plan(_ filter: ParkedFilter, keepsKeys: Bool) async throws(FlxError) -> ParkingFold.Plan {
        try await update()
        return fold.withLock { $0.plan(filter, keepsKeys: keepsKeys) }
    }

    /// The parts of the event at a position, or of the one that corrects it.
    private func recorded(_ position: Position, _ correction: ParkingFold.Correction?) async throws(FlxError) -> TolerantPage {
        guard let correction else {
            let before = Position(unchecked: max(0, position.value - 1))
            return try await store.tolerantPage(.everything, .forward(after: before), limit: 1).only(position)
        }
        // It was appended in one step with the record of the correction, and stands just before it.
        var direction = ReadDirection.backward(before: correction.recorded)
        while true {
            let found = try await store.tolerantPage(.everything, direction, limit: 10)
            if let event = found.page.events.first(where: { $0.id == correction.id }) { return found.reversed.only(event.position) }
            if found.page.isLast { return TolerantPage(page: Page(events: [], through: found.page.through, isLast: true)) }
            direction = .backward(before: found.page.through)
        }
    }

    /// Takes in what was recorded since the last time.
    private func update() async throws(FlxError) {
        while true {
            let through = fold.withLock(\.through)
            let page = try await store.read(.stream(stream), .forward(after: through), limit: 500)
            try fold.withLock { fold throws(FlxError) in
                // Another caller may have read the same page: it is taken in once.
                guard fold.through == through else { return }
                for recorded in page.events { try fold.take(recorded) }
                fold.through = page.through
            }
            if page.isLast { return }
        }
    }
}

extension TolerantPage {
    fileprivate func only(_ position: Position) -> TolerantPage {
        let events = page.events.filter { $0.position == position }
        return TolerantPage(page: Page(events: events, through: page.through, isLast: page.isLast), faults: faults)
    }

    fileprivate var reversed: TolerantPage {
        TolerantPage(page: Page(events: page.events.reversed(), through: page.through, isLast: page.isLast), faults: faults)
    }
}
