import FlxCore

/// A reader of the events in rows. It compares each event with its checksum.
struct RowReader {
    /// The columns to select, in this order.
    static let columns = "position, stream, type, version, time, recorded, id, checksum, envelope, payload"

    private var streams: NameCache<StreamName>
    private var types: NameCache<EventType>
    private var sources = TextMemo()

    init(_ handle: Handle) throws(FlxError) {
        streams = try NameCache(handle, table: "streams", capacity: 16_384) { text throws(FlxError) in try StreamName(text) }
        types = try NameCache(handle, table: "types", capacity: 1_024) { text throws(FlxError) in try EventType(text) }
    }

    /// Returns the event in the current row.
    /// - Throws: ``FlxError/Code/corrupt`` if it is not the appended event; ``FlxError/Code/io`` if its names could not
    ///   be read.
    mutating func event(_ row: Statement) throws(FlxError) -> RecordedEvent {
        do {
            return try read(row)
        } catch {
            guard error.code != .io else { throw error }
            throw FlxError(
                .corrupt, "the event at position \(row.number(0)) is damaged: verify the store, and restore a backup", cause: error)
        }
    }

    /// Returns the name of the stream in the current row.
    mutating func stream(_ row: Statement) throws(FlxError) -> StreamName {
        try streams.name(row.number(1)).name
    }

    private mutating func read(_ row: Statement) throws(FlxError) -> RecordedEvent {
        let stream = try streams.name(row.number(1))
        let type = try types.name(row.number(2))
        let (position, version, recorded) = (row.number(0), row.number(3), row.number(5))
        let time = row.isNull(4) ? nil : Timestamp(nanoseconds: row.number(4))
        let id = try id(row)
        let envelope = row.bytes(8)
        let payload = row.bytes(9)
        let sum = Checksum(stream: stream.sum, type: type.sum, id: id, time: time, envelope: envelope, payload: payload)
        guard sum.placed(version: version, position: position, recorded: recorded) == row.number(7) else {
            throw FlxError(.corrupt, "its checksum does not fit")
        }
        guard position >= 1, 1...Int64.greatest ~= version else {
            throw FlxError(.corrupt, "its place is version \(version) at position \(position), where no event can be")
        }
        let event = try Envelope.event(
            RowHead(id: id, type: type.name, stream: stream.name, time: time), payload: Array(payload),
            envelope: envelope.isEmpty ? nil : envelope, sources: &sources)
        return RecordedEvent(
            event: event, version: Version(unchecked: version), position: Position(unchecked: position),
            recordedTime: Timestamp(nanoseconds: recorded))
    }

    private func id(_ row: Statement) throws(FlxError) -> EventID {
        let isText = row.isText(6)
        let bytes = row.bytes(6)
        if isText { return try EventID(String(decoding: bytes, as: UTF8.self)) }
        guard bytes.count == 16 else { throw FlxError(.corrupt, "its id has \(bytes.count) bytes") }
        return EventID(uuid: UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self)))
    }
}
