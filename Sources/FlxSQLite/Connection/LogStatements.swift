import FlxCore

/// The prepared statements of the writer.
final class LogStatements {
    let begin: Statement
    let commit: Statement
    let savepoint: Statement
    let release: Statement
    let rollBackTo: Statement
    let insert: Statement
    let insertTag: Statement
    private let findID: Statement
    private let content: Statement
    private let streamVersion: Statement

    init(_ handle: Handle) throws(FlxError) {
        begin = try Statement(handle, "BEGIN IMMEDIATE")
        commit = try Statement(handle, "COMMIT")
        savepoint = try Statement(handle, "SAVEPOINT step")
        release = try Statement(handle, "RELEASE step")
        rollBackTo = try Statement(handle, "ROLLBACK TO step")
        insert = try Statement(handle, """
            INSERT INTO events(position, stream, type, version, time, recorded, id, checksum, envelope, payload)
            VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        insertTag = try Statement(handle, "INSERT INTO tags(tag, position) VALUES(?1, ?2)")
        findID = try Statement(handle, "SELECT position FROM events WHERE id = ?1")
        content = try Statement(handle, "SELECT version, stream, type, envelope, payload FROM events WHERE position = ?1")
        streamVersion = try Statement(handle, "SELECT version FROM events WHERE stream = ?1 ORDER BY position DESC LIMIT 1")
    }

    /// Returns the position of the event with an id; nil if there is none.
    func position(of id: EventID) throws(FlxError) -> Int64? {
        try findID.withID(id, at: 1) { () throws(FlxError) in try findID.step() ? findID.number(0) : nil }
    }

    /// Sets the version of a stream to that of its last event.
    func loadVersion(_ stream: inout NameTable<StreamName>.Entry) throws(FlxError) {
        defer { streamVersion.reset() }
        streamVersion.bind(stream.id, at: 1)
        guard try streamVersion.step() else { return }
        guard let version = streamVersion.integer(0, in: 1...Int64.greatest) else {
            throw FlxError(.corrupt, "the version of a stream's last event is damaged: verify the store")
        }
        stream.version = version
    }

    /// Returns the version of the event at a position; nil if it is not the same as the given event, by
    /// ``Event/isSame(as:)``.
    func version(
        at position: Int64, ifSameAs event: Event, stream: Int64?, type: Int64?, envelope: UnsafeRawBufferPointer
    ) throws(FlxError) -> Int64? {
        defer { content.reset() }
        content.bind(position, at: 1)
        guard try content.step(), content.number(1) == stream, content.number(2) == type else { return nil }
        let (version, recorded) = (content.number(0), content.bytes(3))
        guard event.payload.bytes.withUnsafeBytes({ content.bytes(4).elementsEqual($0) }) else { return nil }
        if recorded.elementsEqual(envelope) { return version }
        // The envelopes may differ in parts that do not count.
        var sources = TextMemo()
        let head = RowHead(id: event.id, type: event.type, stream: event.stream, time: event.time)
        let same = try Envelope.event(
            head, payload: event.payload.bytes, envelope: recorded.isEmpty ? nil : recorded, sources: &sources)
        return same.isSame(as: event) ? version : nil
    }
}
