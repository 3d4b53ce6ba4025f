public import FlxCore

/// Timers: what is to happen at a time, kept beside the log, so that it outlives the process.
///
/// A timer does nothing by itself. A program asks for those that are due, and ends each together with what comes of it, in one change. So
/// that happens once, whoever else asks, and whenever the process ends:
///
/// ```swift
/// let reminders = try Timers("reminders", store: store)
/// try await reminders.set("order-17", due: tomorrow)
///
/// for timer in try await reminders.due() {
///     let reminder = Event(type: "order.reminded", data: ["order": .string(timer.name)])
///     try await reminders.end(timer, with: StoreChange([StreamWrite([reminder], to: "reminders")]))
/// }
/// ```
///
/// A restore of a backup to an earlier point keeps the timers as they were at the end of the backup. Some may be of events that are no
/// longer there, and those that ended between the two are missing. Look at them before the service starts.
public struct Timers: Sendable {
    /// A timer.
    public struct Timer: Hashable, Sendable {
        /// Its name among the timers of its kind.
        @Exact public private(set) var name: String
        /// The time, by the store's clock, from which it is due.
        public let due: Timestamp
        /// The bytes that were set with it.
        public let body: [UInt8]
        /// The revision of its record.
        fileprivate let revision: Int64
    }

    private static let index = "due"

    private let space: StateSpace
    private let store: any StateStore

    /// Names a kind of timers.
    /// - Parameter kind: Its name, 1 to 200 printable bytes. Timers of another kind are others.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` or ``FlxCore/FlxError/Code/limitExceeded`` for a bad name.
    public init(_ kind: String, store: any StateStore) throws(FlxError) {
        space = StateSpace("timers:" + (try NameRule.checked(kind, field: "timers", maximumBytes: 200)))
        self.store = store
    }

    /// Sets a timer, in place of the one under its name.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` or ``FlxCore/FlxError/Code/limitExceeded`` for a name that is not 1 to 512
    ///   printable bytes, or a body of more than ``FlxCore/StoreLimits/stateBytes``.
    public func set(_ name: String, due: Timestamp, body: [UInt8] = []) async throws(FlxError) {
        try await store.commit(StoreChange([.put(record(name, due, body))]))
    }

    /// The timer under a name; nil if there is none.
    public func timer(_ name: String) async throws(FlxError) -> Timer? {
        try await store.state(StateKey(name, in: space)).map(Self.timer)
    }

    /// Takes a timer away; nothing happens if there is none.
    public func cancel(_ name: String) async throws(FlxError) {
        try await store.commit(StoreChange([.remove(StateKey(name, in: space))]))
    }

    /// The timers that are due, the earliest first, and those of the same time in the byte order of their names.
    /// - Parameters:
    ///   - time: The time by which they are due; now by the store's clock for nil.
    ///   - limit: The most timers, from 1. Ask again once these have ended.
    public func due(by time: Timestamp? = nil, limit: Int = 100) async throws(FlxError) -> [Timer] {
        let time = if let time { time } else { try await store.now() }
        let range = StateQuery.Range(Self.index, through: .number(time.nanoseconds))
        return try await store.state(StateQuery(space, by: range, limit: limit)).records.map(Self.timer)
    }

    /// The time at which the next timer is due; nil if there is none.
    public func nextDue() async throws(FlxError) -> Timestamp? {
        let first = StateQuery(space, by: StateQuery.Range(Self.index), limit: 1)
        return try await store.state(first).records.first.map { Timestamp(nanoseconds: $0.number) }
    }

    /// Ends a timer, and makes a change with it: both are kept, or nothing is.
    /// - Parameters:
    ///   - change: What comes of the timer, such as events.
    ///   - next: When the timer is due again, with the same body; nil to take it away.
    /// - Returns: The places of the events of the change; nil if the timer has ended or was set anew since it was read. Then nothing was
    ///   kept.
    /// - Throws: ``FlxCore/FlxError/Code/stateConflict`` if another guard of the change does not hold; what committing throws.
    @discardableResult
    public func end(
        _ timer: Timer, with change: StoreChange = StoreChange(), next: Timestamp? = nil
    ) async throws(FlxError) -> AppendResult? {
        let key = StateKey(timer.name, in: space)
        var change = change
        change.guards.append(.revision(key, timer.revision))
        change.edits.append(next.map { .put(record(timer.name, $0, timer.body)) } ?? .remove(key))
        do throws(FlxError) {
            return try await store.commit(change)
        } catch {
            guard error.code == .stateConflict, try await store.state(key)?.revision != timer.revision else { throw error }
            return nil
        }
    }

    private func record(_ name: String, _ due: Timestamp, _ body: [UInt8]) -> StateRecord {
        StateRecord(
            StateKey(name, in: space), number: due.nanoseconds, body: body, entries: [StateEntry(Self.index, due.nanoseconds)])
    }

    private static func timer(_ record: StateRecord) -> Timer {
        Timer(name: record.key.name, due: Timestamp(nanoseconds: record.number), body: record.body, revision: record.revision)
    }
}
