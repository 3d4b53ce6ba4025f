import FlxCore

/// The reading of one page. Walks along the candidates of a selection in increasing keys (see ``PostingCursor``), until
/// the page is full, the candidates end, or the maximum number of candidates is reached.
struct PageScan {
    /// The maximum number of candidates for one page. It limits the time for which a selective page holds the file.
    private let mostCandidates: Int
    /// The maximum number of steps to the next row; a longer way is a jump. Neighbouring rows are mostly on the current
    /// page of the file.
    private static let steps: Int64 = 4

    private let selection: Selection
    private let direction: ReadDirection
    private let limit: Int
    private let pageBytes: Int
    private let isForward: Bool
    private let log: LogEnd
    /// The next key to examine, and the last key.
    private var next: Int64
    private let end: Int64
    /// The key of the last examined row.
    private var at: Int64?

    private var events: [RecordedEvent] = []
    private var bytes = 0
    private var candidates = 0
    /// The versions passed, where all events of the streams are candidates.
    private var versions: StreamVersions?

    /// - Parameter log: The end of the log.
    init(
        _ selection: Selection, _ direction: ReadDirection, limit: Int, pageBytes: Int, log: LogEnd, mostCandidates: Int = 20_000
    ) {
        self.log = log
        self.mostCandidates = mostCandidates
        self.selection = selection
        self.direction = direction
        self.limit = limit
        self.pageBytes = pageBytes
        switch direction {
        case .forward(let after): (isForward, next, end) = (true, after == .end ? .max : after.value + 1, log.last)
        case .backward(let before): (isForward, next, end) = (false, -min(max(before.value, 1) - 1, log.readable), -1)
        }
    }

    /// - Throws: ``FlxError/Code/corrupt`` instead of a page without events at a damaged end: lists may lead beyond it, too.
    mutating func run(_ reader: inout Reader) throws(FlxError) -> Page {
        if !isForward, -next > log.last { _ = try log.checked(reader.handle.path) }
        let isLast = if next > end { true } else { try isEnded(&reader) }
        guard isForward, isLast, !log.isSound else { return page(isLast: isLast) }
        if events.isEmpty { _ = try log.checked(reader.handle.path) }
        return page(isLast: false)
    }

    /// Examines the candidates. Returns true if the end was reached.
    private mutating func isEnded(_ reader: inout Reader) throws(FlxError) -> Bool {
        switch try CandidatePlan(selection, isForward: isForward, &reader) {
        case .nothing:
            try reader.requireListed()
            return true
        case .everything(let filter):
            return try scan(&reader, filter)
        case .listed(let postings, let filter):
            try reader.requireListed()
            if filter.hasWholeStreams { versions = try StreamVersions(selection.scope, direction, &reader) }
            let isEnded = try follow(postings, filter, &reader)
            if isEnded { try versions?.requireFirst() }
            return isEnded
        }
    }

    /// Examines every event. Returns true if the end was reached.
    private mutating func scan(_ reader: inout Reader, _ filter: RowFilter) throws(FlxError) -> Bool {
        // A page that grows moves all of its events each time.
        if selection == .all, next <= end { events.reserveCapacity(min(limit, Int(end - next) + 1, 1_024)) }
        while next <= end {
            if isDone { return false }
            guard try take(try row(next, &reader), &reader, filter) else { return false }
            next += 1
        }
        return true
    }

    /// Examines the events in the lists. Returns true if the end was reached.
    private mutating func follow(_ postings: Postings, _ filter: RowFilter, _ reader: inout Reader) throws(FlxError) -> Bool {
        var budget = Postings.Budget(jumps: mostCandidates)
        while next <= end {
            let found = try postings.seek(next, &budget)
            if let stop = budget.stop, found.map({ $0 >= stop }) ?? true {
                next = max(next, stop)
                return next > end
            }
            guard let key = found, key <= end else { return true }
            if isDone { return false }
            let row = try row(key, &reader)
            try versions?.pass(row, &reader.rows)
            guard try take(row, &reader, filter) else { return false }
            next = key + 1
        }
        return true
    }

    /// Returns the row of a key, reached by a few steps from the last one, or by a jump.
    private mutating func row(_ key: Int64, _ reader: inout Reader) throws(FlxError) -> Statement {
        let statement = isForward ? reader.forward : reader.backward
        if let at, key - at <= Self.steps {
            for _ in at..<key where try !statement.step() { throw Self.missing(abs(key)) }
        } else {
            statement.reset()
            statement.bind(abs(key), at: 1)
            guard try statement.step() else { throw Self.missing(abs(key)) }
        }
        guard statement.number(0) == abs(key) else { throw Self.missing(abs(key)) }
        at = key
        return statement
    }

    private var isDone: Bool { events.count == limit || candidates == mostCandidates }

    /// Adds a row to the page if it is selected. Returns false if the page has no room for it.
    private mutating func take(_ row: Statement, _ reader: inout Reader, _ filter: RowFilter) throws(FlxError) -> Bool {
        candidates += 1
        guard try filter.passes(row, &reader.rows) else { return true }
        let recorded = try reader.rows.event(row)
        if !selection.matches(recorded) {
            guard filter.passesOver(recorded) else {
                throw FlxError(.corrupt, "the event at position \(recorded.position) stands in a list that it is not of: verify the store")
            }
            return true
        }
        let size = recorded.event.approximateBytes
        guard events.isEmpty || bytes + size <= pageBytes else { return false }
        bytes += size
        events.append(recorded)
        return true
    }

    private func page(isLast: Bool) -> Page {
        let through: Position = switch direction {
        case .forward(let after): max(after, Position(unchecked: isLast ? end : next - 1))
        case .backward(let before): min(before, isLast ? .start : Position(unchecked: -next + 1))
        }
        return Page(events: events, through: through, isLast: isLast)
    }

    private static func missing(_ position: Int64) -> FlxError {
        FlxError(.corrupt, "the event at position \(position) is missing: verify the store, and restore a backup")
    }
}
