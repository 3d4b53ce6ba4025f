import FlxCore

/// The state of a verification between two of its pages.
struct Verification: Sendable {
    static let mostFaults = 1_000

    /// The position of the last event at the beginning of the verification.
    let total: Int64
    /// The last examined position.
    private(set) var done: Int64 = 0
    /// The number of events found.
    private(set) var events: Int64 = 0
    private(set) var faults: [VerificationReport.Fault] = []

    init(total: Int64) {
        self.total = total
    }

    var isDone: Bool { done >= total || faults.count >= Self.mostFaults }

    /// Records an examined position and its faults.
    mutating func look(at position: Int64, found: Bool, _ messages: [String]) {
        done = position
        if found { events += 1 }
        faults += messages.map { .init(position: Position(unchecked: position), message: $0) }
    }
}

extension Reader {
    /// Verifies the next events, at most `count`.
    mutating func verify(_ state: inout Verification, count: Int64) throws(FlxError) {
        try withTransaction { reader throws(FlxError) in try reader.look(&state, count: count) }
    }

    /// Verifies the next events within an open transaction.
    mutating func look(_ state: inout Verification, count: Int64) throws(FlxError) {
        let neighbours = try VerificationStatements(handle)
        let end = min(state.total, state.done + count)
        while state.done < end {
            let position = state.done + 1
            defer { single.reset() }
            single.bind(position, at: 1)
            guard try single.step() else {
                state.look(at: position, found: false, ["the event is missing"])
                continue
            }
            state.look(at: position, found: true, try faults(neighbours))
        }
    }

    /// Returns the faults of the event in the current row of `single`.
    private mutating func faults(_ neighbours: VerificationStatements) throws(FlxError) -> [String] {
        let (position, stream, type, version) = (single.number(0), single.number(1), single.number(2), single.number(3))
        let recorded: RecordedEvent
        do {
            recorded = try rows.event(single)
        } catch {
            guard error.code == .corrupt else { throw error }
            return ["the event is not what was appended: \((error.cause as? FlxError)?.message ?? error.message)"]
        }
        var faults: [String] = []
        let before = try neighbours.versionBefore(position, in: stream)
        if version < 1 || version - 1 != before { faults.append("its version is \(version), and \(before) stands before it in its stream") }
        if try !neighbours.list(.stream, of: stream, has: position) { faults.append("the index by stream does not have it") }
        if try !neighbours.list(.type, of: type, has: position) { faults.append("the index by type does not have it") }
        if try neighbours.position(of: recorded.id) != position { faults.append("the index by id does not lead to it") }
        let tags = Set(recorded.event.tags)
        for tag in tags {
            let id = try lists.id(.tag, tag)
            let isListed = if let id { try neighbours.list(.tag, of: id, has: position) } else { false }
            if !isListed { faults.append("the index by tag does not have it under '\(tag)'") }
        }
        return faults
    }

    /// Compares the tags with the events in the other direction, and runs SQLite's check of its own structures. Skips
    /// everything except the definitions if the check could run expressions of somebody else.
    /// - Parameter check: Asked between the steps whether to go on: an interrupt ends a running statement alone.
    func verifyTables(
        _ difference: SchemaDifference, placesBeyondEnd: Bool = true, check: () throws(FlxError) -> Void
    ) throws(FlxError) -> [String] {
        guard difference.tables.isEmpty, difference.foreign.isEmpty else { return difference.faults }
        var faults = difference.faults
        let early = try handle.number("SELECT count(*) FROM events WHERE position < 1")
        if early > 0 { faults.append("\(early) events are at positions below 1") }
        try check()
        let stray = try handle.number("SELECT count(*) FROM tags LEFT JOIN events USING(position) WHERE events.position IS NULL")
        if stray > 0 { faults.append("the index by tag has \(stray) entries without an event") }
        if placesBeyondEnd { faults += try verifyPlaces() }
        try check()
        faults += try verifyDirectory(check)
        try check()
        return faults + (try handle.structuralFaults().map { "SQLite: \($0)" })
    }
}

extension Reader {
    /// Finds checkpoints and snapshots beyond the log: its end may be lost.
    private func verifyPlaces() throws(FlxError) -> [String] {
        var faults: [String] = []
        let last = try last()
        for (space, what) in [(StateSpace.checkpoints, "checkpoint"), (.snapshots, "snapshot")] {
            for name in try handle.texts("SELECT name FROM state_records WHERE \(space.isBeyond(last)) ORDER BY name") {
                faults.append("the \(what) '\(name)' lies beyond the last event, \(last), unless it is that of another log")
            }
        }
        return faults
    }

    /// Checks the tables beside the events. Each row must be one that a store writes, and each name must have an event.
    private func verifyDirectory(_ check: () throws(FlxError) -> Void) throws(FlxError) -> [String] {
        let state = try StateFaults(handle)
        try check()
        var faults = state.damaged.map(\.fault)
        let views = try ViewFaults(handle, damagedSpaces: state.damagedSpaces)
        faults += views.damaged.map(\.fault)
        try check()
        if let fault = try state.entryFault { faults.append(fault) }
        for name in try handle.texts("SELECT name FROM state_records WHERE \(StoredCheckpoints.areWrong) ORDER BY name") {
            faults.append("the checkpoint or token '\(name)' has a number below 0, which none can have")
        }
        if let number = try handle.damagedLastNumber() { faults.append(number.fault) }
        let last = try last()
        for generation in views.generations where generation.checkpoint.value > last {
            faults.append("the view '\(generation.view)' has come beyond the last event, \(last)")
        }
        for list in ["stream", "type"] {
            let sql = """
                SELECT name FROM \(list)s
                WHERE NOT EXISTS (SELECT 1 FROM events INDEXED BY events_\(list) WHERE \(list) = \(list)s.id) ORDER BY id
                """
            for name in try handle.texts(sql) { faults.append("the \(list) '\(name)' has no event") }
        }
        return faults
    }
}

/// The statements for comparing an event with the tables around it.
private struct VerificationStatements {
    private let before: Statement
    private let id: Statement
    private let lists: [PostingList: Statement]

    init(_ handle: Handle) throws(FlxError) {
        before = try Statement(handle, """
            SELECT version FROM events INDEXED BY events_stream WHERE stream = ?1 AND position < ?2 ORDER BY position DESC LIMIT 1
            """)
        id = try Statement(handle, "SELECT position FROM events INDEXED BY events_id WHERE id = ?1")
        var lists: [PostingList: Statement] = [:]
        for list in PostingList.allCases { lists[list] = try Statement(handle, list.sql(isForward: true)) }
        self.lists = lists
    }

    func versionBefore(_ position: Int64, in stream: Int64) throws(FlxError) -> Int64 {
        defer { before.reset() }
        before.bind(stream, at: 1)
        before.bind(position, at: 2)
        return try before.step() ? before.number(0) : 0
    }

    func position(of id: EventID) throws(FlxError) -> Int64? {
        try self.id.withID(id, at: 1) { () throws(FlxError) in try self.id.step() ? self.id.number(0) : nil }
    }

    func list(_ list: PostingList, of id: Int64, has position: Int64) throws(FlxError) -> Bool {
        guard let statement = lists[list] else { return false }
        defer { statement.reset() }
        statement.bind(id, at: 1)
        statement.bind(position, at: 2)
        return try statement.step() && statement.number(0) == position
    }
}
