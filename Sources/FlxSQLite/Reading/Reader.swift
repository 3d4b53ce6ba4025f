import FlxCore

/// The prepared statements of a reading connection. Each page is read in one short transaction, to release the log
/// soon.
struct Reader {
    let handle: Handle
    var rows: RowReader
    var lists: Postings.Source
    let forward: Statement
    let backward: Statement
    let single: Statement
    /// The statement that finds an event by its id. It is made when it is first needed: a damaged file may lack the index.
    var byID: Statement?
    let state: StateReading
    /// The last position that the log is known to have reached.
    private var known: Int64
    /// The position of an event to which an index does not lead; 0 if none is known.
    private let unlisted: Int64
    private let lastTwo: Statement
    private let begin: Statement
    private let commit: Statement

    /// - Parameters:
    ///   - known: A position that the log has reached.
    ///   - unlisted: The position of an event to which an index does not lead; 0 if none is known.
    init(_ handle: Handle, known: Int64 = 0, unlisted: Int64 = 0) throws(FlxError) {
        self.unlisted = unlisted
        self.handle = handle
        rows = try RowReader(handle)
        lists = Postings.Source(handle)
        forward = try Statement(handle, "SELECT \(RowReader.columns) FROM events WHERE position >= ?1 ORDER BY position")
        backward = try Statement(handle, "SELECT \(RowReader.columns) FROM events WHERE position <= ?1 ORDER BY position DESC")
        single = try Statement(handle, "SELECT \(RowReader.columns) FROM events WHERE position = ?1")
        state = try StateReading(handle)
        self.known = known
        lastTwo = try Statement(handle, LogEnd.lastTwo)
        begin = try Statement(handle, "BEGIN")
        commit = try Statement(handle, "COMMIT")
    }

    /// Reads within one view of the file.
    mutating func withTransaction<Result>(_ body: (inout Reader) throws(FlxError) -> Result) throws(FlxError) -> Result {
        try begin.run()
        defer {
            lists.release()
            for statement in [forward, backward, single] { statement.reset() }
            if (try? commit.run()) == nil { try? handle.execute("ROLLBACK") }
        }
        return try body(&self)
    }

    /// The position of the last event; where the end of the log is damaged, the first at which there is none.
    func last() throws(FlxError) -> Int64 { try end().readable }

    /// The end of the log.
    func end() throws(FlxError) -> LogEnd {
        defer { lastTwo.reset() }
        return try LogEnd(handle, lastTwo, known: known)
    }

    /// Refuses to read by an index in a file that has lost entries of one: what is found would be too little.
    func requireListed() throws(FlxError) {
        guard unlisted > 0 else { return }
        throw FlxError(
            .corrupt,
            """
            \(handle.path) is damaged: an index does not lead to the event at position \(unlisted), and may lack others; flx repair mends \
            it, and the log as a whole can be read as it is
            """)
    }

    /// Reads one page.
    mutating func page(
        _ selection: Selection, _ direction: ReadDirection, limit: Int, pageBytes: Int
    ) throws(FlxError) -> Page {
        try withTransaction { reader throws(FlxError) in
            let end = try reader.end()
            reader.known = max(reader.known, end.last)
            var scan = PageScan(selection, direction, limit: limit, pageBytes: pageBytes, log: end)
            return try scan.run(&reader)
        }
    }
}
