import FlxCore

/// The complete encoding of one event in a part of an archive: its place, columns and envelope as in the store, then
/// the store's checksum of the event.
///
/// The length of the content precedes it in four bytes, lowest first.
enum ArchiveRecord {
    /// The bytes around the content: its length before, the checksum after.
    static let frameBytes = 12
    /// The maximum size of a content: an SQLite row has fewer than 1,000,000,000 bytes.
    static let mostBytes: Int64 = 1 << 30

    /// Appends the record of an event, and returns its checksum.
    @discardableResult
    static func write(_ recorded: RecordedEvent, to out: inout [UInt8]) throws(FlxError) -> Int64 {
        let event = recorded.event
        guard let stream = event.stream else { throw FlxError(.corrupt, "the event at position \(recorded.position) has no stream") }
        let start = out.count
        out.append(contentsOf: [0, 0, 0, 0])
        for number in [recorded.position.value, recorded.version.value, recorded.recordedTime.nanoseconds] { write(number, to: &out) }
        out.append(event.time == nil ? 0 : 1)
        if let time = event.time { write(time.nanoseconds, to: &out) }
        Envelope.write(event.id, to: &out)
        Envelope.write(stream.description, to: &out)
        Envelope.write(event.type.description, to: &out)
        var envelope: [UInt8] = []
        Envelope.write(event, to: &envelope)
        for bytes in [envelope, event.payload.bytes] {
            Envelope.write(bytes.count, to: &out)
            out.append(contentsOf: bytes)
        }
        let length = UInt32(out.count - start - 4)
        withUnsafeBytes(of: length.littleEndian) { bytes in
            for (index, byte) in bytes.enumerated() { out[start + index] = byte }
        }
        let sum = sum(recorded, stream: stream, envelope: envelope)
        write(sum, to: &out)
        return sum
    }

    /// Reads the content of a record, without its frame.
    /// - Throws: ``FlxError/Code/corrupt`` if the checksum does not fit.
    static func read(
        _ bytes: UnsafeRawBufferPointer, sum expected: Int64, sources: inout TextMemo
    ) throws(FlxError) -> RecordedEvent {
        var reader = EnvelopeReader(bytes)
        let (position, version, recorded) = (try reader.fixed(), try reader.fixed(), try reader.fixed())
        let hasTime = try reader.byte()
        guard hasTime <= 1 else { throw EnvelopeReader.damage }
        let time = hasTime == 0 ? nil : Timestamp(nanoseconds: try reader.fixed())
        let id = try reader.id()
        let (stream, type) = (try StreamName(try reader.text()), try EventType(try reader.text()))
        let (envelope, payload) = (try reader.rawText(), try reader.rawText())
        guard reader.isAtEnd else { throw EnvelopeReader.damage }
        let sum = Checksum(
            stream: Checksum.of(stream.description), type: Checksum.of(type.description), id: id, time: time, envelope: envelope,
            payload: payload)
        guard sum.placed(version: version, position: position, recorded: recorded) == expected else {
            throw FlxError(.corrupt, "its checksum does not fit")
        }
        let event = try Envelope.event(
            RowHead(id: id, type: type, stream: stream, time: time), payload: Array(payload),
            envelope: envelope.isEmpty ? nil : envelope, sources: &sources)
        return RecordedEvent(
            event: event, version: try Version(version), position: try Position(position),
            recordedTime: Timestamp(nanoseconds: recorded))
    }

    /// Returns the store's checksum of an event.
    static func sum(of recorded: RecordedEvent) throws(FlxError) -> Int64 {
        var bytes: [UInt8] = []
        return try write(recorded, to: &bytes)
    }

    private static func sum(_ recorded: RecordedEvent, stream: StreamName, envelope: [UInt8]) -> Int64 {
        let event = recorded.event
        return envelope.withUnsafeBytes { envelope in
            event.payload.bytes.withUnsafeBytes { payload in
                Checksum(
                    stream: Checksum.of(stream.description), type: Checksum.of(event.type.description), id: event.id, time: event.time,
                    envelope: envelope, payload: payload)
            }
        }.placed(version: recorded.version.value, position: recorded.position.value, recorded: recorded.recordedTime.nanoseconds)
    }

    private static func write(_ number: Int64, to out: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
    }
}
