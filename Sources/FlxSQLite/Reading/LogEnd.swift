import FlxCore

/// The end of the log in a file that may be damaged.
///
/// The position of the last event is one number, and everything is read and added by it. If it is damaged, the log would
/// seem to end early, and nothing would seem to be missing. Therefore it is compared with the one before it, and where
/// the two are no neighbours, with the checksum of its event.
///
/// If a page of the table is replaced by one with less in it, the end that is left looks sound. Therefore it is also
/// compared with a position that the log is known to have reached: at first the last one in the index by type, then what
/// was read before.
struct LogEnd {
    /// The query for the last two positions.
    static let lastTwo = "SELECT position FROM events ORDER BY position DESC LIMIT 2"
    /// The maximum number of rows to look at, more than a page of the file has.
    private static let mostRows = 512
    /// The number of events at the end that each index must have.
    private static let mostListed = 32
    /// The lists that lead to every event.
    private static let indexes = ["events_id", "events_stream", "events_type"]

    /// The position of the last event that can be believed; 0 if there is none.
    let last: Int64
    /// True if the log ends there.
    let isSound: Bool
    /// The position that the log is known to have reached.
    private let known: Int64

    /// - Parameters:
    ///   - lastTwo: The statement of that query. It must be reset afterwards.
    ///   - known: A position that the log has reached, found before this call: it may grow meanwhile.
    init(_ handle: Handle, _ lastTwo: Statement, known: Int64) throws(FlxError) {
        let (last, isSound) = try Self.stored(handle, lastTwo)
        (self.last, self.isSound, self.known) = (last, isSound && last >= known, known)
    }

    private static func stored(_ handle: Handle, _ lastTwo: Statement) throws(FlxError) -> (last: Int64, isSound: Bool) {
        guard try lastTwo.step() else { return (0, true) }
        let stored = try lastTwo.number(0).checkedPosition(handle.path)
        let before = try lastTwo.step() ? lastTwo.number(0) : 0
        return before == stored - 1 ? (stored, true) : try believed(handle, isInOrder: before < stored)
    }

    /// Returns the last position in the index by type. One jump for each type: other indexes have too many lists, or none.
    static func listed(_ handle: Handle) throws(FlxError) -> Int64 {
        try handle.number("SELECT max((SELECT max(position) FROM events INDEXED BY events_type WHERE type = types.id)) FROM types")
    }

    /// The position through which readers read. Where the end is damaged, there is no event at it: readers get all events
    /// before it, and then an error.
    var readable: Int64 { isSound ? last : last + 1 }

    /// Returns the position of the last event.
    /// - Throws: ``FlxError/Code/corrupt`` if it cannot be known.
    func checked(_ path: String) throws(FlxError) -> Int64 {
        guard !isSound else { return last }
        let what = known > last
            ? "its log has had events up to position \(known), and the last event that can be found is at position \(last)"
            : "where its log ends cannot be known, and the last event that can be believed is at position \(last)"
        throw FlxError(
            .corrupt,
            """
            \(path) is damaged: \(what); see what flx repair --dry-run says, restore a backup, or save with flx export --skip-damaged \
            what can still be read
            """)
    }

    private static func believed(_ handle: Handle, isInOrder: Bool) throws(FlxError) -> (last: Int64, isSound: Bool) {
        var rows = try RowReader(handle)
        let walk = try Statement(handle, "SELECT \(RowReader.columns) FROM events ORDER BY position DESC LIMIT \(mostRows)")
        var (last, isFirst) = (Int64(0), true)
        while try walk.step() {
            do throws(FlxError) {
                last = max(last, try rows.event(walk).position.value)
                // Events before it may be missing, which readers are told.
                if isFirst, isInOrder { return (last, true) }
            } catch {
                guard error.code == .corrupt else { throw error }
            }
            isFirst = false
        }
        return (last, false)
    }

    /// Refuses a file whose indexes lack one of its last events, or the name of its stream or type: streams would get a
    /// version twice, an event a second place, and a condition on tags would find nothing.
    static func requireListed(_ handle: Handle) throws(FlxError) {
        let position = try unlisted(handle)
        guard position > 0 else { return }
        throw FlxError(
            .corrupt,
            """
            \(handle.path) is damaged: an index does not lead to the event at position \(position); it is not written to before flx repair \
            has mended it
            """)
    }

    /// Returns the last of the last events to which one of the indexes does not lead; 0 if there is none.
    ///
    /// The pages that were written last are the most likely ones to be lost. All events would take as long as a verification.
    static func unlisted(_ handle: Handle) throws(FlxError) -> Int64 {
        let lists = ["id", "stream", "type"].map { column in
            "EXISTS (SELECT 1 FROM events INDEXED BY events_\(column) WHERE \(column) = e.\(column) AND position = e.position)"
        }
        let names = ["stream", "type"].map { column in
            "(SELECT id FROM \(column)s WHERE name = (SELECT name FROM \(column)s WHERE id = e.\(column))) IS e.\(column)"
        }
        let position = try handle.number("""
            SELECT max(position) FROM (SELECT position, id, stream, type FROM events ORDER BY position DESC LIMIT \(mostListed)) AS e
            WHERE NOT (\((lists + names).joined(separator: " AND ")))
            """)
        return max(position, try untagged(handle))
    }

    /// Returns the last of the last events that the index by tag does not have under one of its tags; 0 if there is none. The tags are
    /// in the event itself, so that large events are left out, and damaged ones.
    private static func untagged(_ handle: Handle) throws(FlxError) -> Int64 {
        let tags = try Statement(
            handle, "SELECT 1 FROM tag_names CROSS JOIN tags WHERE tag_names.name = ?1 AND tag = tag_names.id AND position = ?2")
        let walk = try Statement(handle, """
            SELECT \(RowReader.columns) FROM events
            WHERE position IN (SELECT position FROM events ORDER BY position DESC LIMIT \(mostListed))
            AND length(envelope) + length(payload) <= 65536 ORDER BY position DESC
            """)
        var rows = try RowReader(handle)
        while try walk.step() {
            let recorded: RecordedEvent
            do {
                recorded = try rows.event(walk)
            } catch {
                guard error.code == .corrupt else { throw error }
                continue
            }
            for tag in recorded.event.tags {
                tags.bind(recorded.position.value, at: 2)
                defer { tags.reset() }
                let isListed = try tags.withText(tag.description, at: 1) { () throws(FlxError) in try tags.step() }
                if !isListed { return recorded.position.value }
            }
        }
        return 0
    }

    /// Refuses a file whose table of events ends before its indexes do: the events behind it are lost, and indexes made
    /// anew would no longer tell.
    ///
    /// One index alone may be what is damaged.
    static func requireWhole(_ handle: Handle, _ difference: SchemaDifference) throws(FlxError) {
        let last = try handle.soundLastPosition(known: 0)
        let own = indexes.filter { name in !difference.indexes.contains { $0.name == name } }
        let ends = own.map { (try? handle.number("SELECT max(position + 0) FROM events INDEXED BY \($0)")) ?? 0 }.sorted(by: >)
        guard ends.count > 1, ends[1] > last else { return }
        throw FlxError(
            .corrupt,
            """
            \(handle.path) is damaged: the last event that can be read is at position \(last), and its indexes lead to events up to \
            \(ends[1]), which are lost: nothing was changed; restore a backup
            """)
    }
}

extension Handle {
    /// Returns the position of the last event, for work that adds or removes events or what belongs to them.
    /// - Throws: ``FlxError/Code/corrupt`` if it cannot be known.
    func soundLastPosition() throws(FlxError) -> Int64 {
        try soundLastPosition(known: try LogEnd.listed(self))
    }

    /// - Parameter known: A position that the log has reached.
    fileprivate func soundLastPosition(known: Int64) throws(FlxError) -> Int64 {
        try LogEnd(self, try Statement(self, LogEnd.lastTwo), known: known).checked(path)
    }
}
