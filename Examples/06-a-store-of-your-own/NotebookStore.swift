import FlxEvents
import Synchronization

/// What is written down. It outlives the stores that are opened on it, as the files of a disk or the data of a server do.
final class Notebook: Sendable {
    struct Content {
        /// The log: the event at index i has position i + 1.
        var log: [RecordedEvent] = []
        /// The index of each event.
        var indexes: [EventID: Int] = [:]
        var versions: [StreamName: Version] = [:]
        var spaces: [StateSpace: [StateKey: StateRecord]] = [:]
        /// The last revision that was given to a record.
        var revision: Int64 = 0
    }

    fileprivate let content = Mutex(Content())
}

/// A store in a notebook: an example of a driver, in one file. It has no indexes, so that each read looks at all that is there.
///
/// One lock guards the whole notebook. A call that writes checks everything first, and then changes the content without a way to fail: so
/// it does all or nothing, and nobody sees a part.
final class NotebookStore: StateStore {
    let notebook: Notebook
    private let limits: StoreLimits
    private let clock: EventClock
    private let doorbell: Doorbell
    private let isClosed = Atomic(false)

    /// Opens a notebook. What was volatile has ended with the store that wrote it.
    init(_ notebook: Notebook, limits: StoreLimits = .standard, clock: EventClock = .system) {
        (self.notebook, self.limits, self.clock) = (notebook, limits, clock)
        doorbell = Doorbell(at: notebook.content.withLock { content in
            content.spaces = content.spaces.filter { $0.key.lifetime == .durable }
            return content.lastPosition
        })
    }

    /// Ends the store. The notebook stays.
    func close() async {
        // Under the lock, so that no call writes after the end.
        notebook.content.withLock { _ in isClosed.store(true, ordering: .relaxed) }
        doorbell.close()
    }

    private func withContent<Value: Sendable>(_ body: (inout Notebook.Content) throws(FlxError) -> Value) throws(FlxError) -> Value {
        try notebook.content.withLock { content throws(FlxError) in
            guard !isClosed.load(ordering: .relaxed) else { throw FlxError(.closed, "the notebook is closed: open it again") }
            return try body(&content)
        }
    }

    // MARK: The log

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        guard !Task.isCancelled else { throw FlxError(.cancelled, "append: the task was cancelled; nothing was kept") }
        return try await commit(StoreChange(writes, unless: boundary))
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        guard limit >= 1 else { throw FlxError(.invalidValue, "read: the limit is \(limit), it must be 1 or more") }
        return try withContent { Page(of: $0.log, selection, direction, limit: limit, pageBytes: limits.pageBytes) }
    }

    func wait(after position: Position) async throws(FlxError) { try await doorbell.wait(after: position) }

    func lastPosition() async throws(FlxError) -> Position { try withContent { $0.lastPosition } }

    // MARK: Records beside the log

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        guard change.writes.isEmpty || !Task.isCancelled else {
            throw FlxError(.cancelled, "commit: the task was cancelled; nothing was kept")
        }
        try change.check(limits)
        let (result, last) = try withContent { content throws(FlxError) in
            try content.check(change.guards)
            let known = try content.known(change.writes)
            // What is recorded as a whole already is answered again, whatever became of its streams.
            if known.isEmpty || known.contains(nil) { try content.check(change.writes, unless: change.boundary) }
            let places = content.record(change.writes, known: known, at: clock.now())
            for edit in change.edits { content.make(edit) }
            return (AppendResult(places: places), content.lastPosition)
        }
        doorbell.ring(through: last)
        return result
    }

    func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] {
        try limits.check(keys)
        return try withContent { content in keys.map(content.state) }
    }

    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        try query.check(limits)
        return try withContent { content in
            let records = content.spaces[query.space, default: [:]].values
            return StatePage(of: records, query, pageBytes: limits.pageBytes, beside: query.keys.map(content.state))
        }
    }

    func now() async throws(FlxError) -> Timestamp { try withContent { _ in clock.now() } }
}

extension Notebook.Content {
    fileprivate var lastPosition: Position { log.last?.position ?? .start }

    fileprivate func state(_ key: StateKey) -> StateRecord? { spaces[key.space]?[key] }

    // MARK: Checks

    fileprivate func check(_ guards: [StateGuard]) throws(FlxError) {
        for guarding in guards {
            let record = state(guarding.key)
            guard guarding.holds(of: record?.number, revision: record?.revision) else { throw guarding.refusal }
        }
    }

    /// The places of events that are recorded already, and nil for the others, in the order of the append.
    fileprivate func known(_ writes: [StreamWrite]) throws(FlxError) -> [AppendResult.Place?] {
        var places: [AppendResult.Place?] = []
        for event in writes.flatMap(\.events) {
            guard let recorded = indexes[event.id].map({ log[$0] }) else { places.append(nil); continue }
            guard recorded.event.isSame(as: event) else { throw event.conflict(at: recorded.position) }
            places.append(AppendResult.Place(position: recorded.position, version: recorded.version, isNew: false))
        }
        return places
    }

    fileprivate func check(_ writes: [StreamWrite], unless boundary: Boundary?) throws(FlxError) {
        if let boundary {
            try boundary.check(against: lastPosition)
            let later = log[Int(boundary.position.value)...]
            if let found = later.first(where: { boundary.matches($0.event) }) { throw boundary.refusal(by: found.position) }
        }
        for write in writes { try write.check(against: versions[write.stream] ?? .none) }
    }

    // MARK: Changes

    /// Records the events that are new, and returns the places of all.
    fileprivate mutating func record(_ writes: [StreamWrite], known: [AppendResult.Place?], at time: Timestamp) -> [AppendResult.Place] {
        var places: [AppendResult.Place] = []
        for write in writes {
            for event in write.events {
                if let place = known[places.count] { places.append(place); continue }
                let place = AppendResult.Place(
                    position: lastPosition.next, version: (versions[write.stream] ?? .none).next, isNew: true)
                indexes[event.id] = log.count
                versions[write.stream] = place.version
                log.append(RecordedEvent(event: event, version: place.version, position: place.position, recordedTime: time))
                places.append(place)
            }
        }
        return places
    }

    fileprivate mutating func make(_ edit: StateEdit) {
        revision += 1
        switch edit.stamped(revision) {
        case .put(let record): spaces[record.key.space, default: [:]][record.key] = record
        case .remove(let key): spaces[key.space]?[key] = nil
        case .removeAll(let space): spaces[space] = nil
        }
    }
}
