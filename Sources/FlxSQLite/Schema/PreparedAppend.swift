import FlxCore

/// An append made ready by its caller's thread: envelopes encoded, contents summed. The writer only binds.
struct PreparedAppend: Sendable {
    /// What belongs to one event.
    struct Row: Sendable {
        /// The sum over all that the caller gave; position, version and time of recording are mixed in by the writer.
        let content: Checksum
        /// Where the envelope is in `envelopes`; empty when there is none.
        let envelope: Range<Int>
    }

    let writes: [StreamWrite]
    let boundary: Boundary?
    /// One for each event, in the order of the writes.
    let rows: [Row]
    let envelopes: [UInt8]
    /// The bytes of payloads and envelopes.
    let bytes: Int

    init(_ writes: [StreamWrite], unless boundary: Boundary?) {
        self.writes = writes
        self.boundary = boundary
        var (rows, envelopes, payloads): ([Row], [UInt8], Int) = ([], [], 0)
        rows.reserveCapacity(writes.reduce(0) { $0 + $1.events.count })
        for write in writes {
            let stream = Checksum.of(write.stream.description)
            for event in write.events {
                let start = envelopes.count
                payloads += event.payload.bytes.count
                Envelope.write(event, to: &envelopes)
                let range = start..<envelopes.count
                let content = envelopes.withUnsafeBytes { bytes in
                    event.payload.bytes.withUnsafeBytes { payload in
                        Checksum(
                            stream: stream, type: Checksum.of(event.type.description), id: event.id, time: event.time,
                            envelope: UnsafeRawBufferPointer(rebasing: bytes[range]), payload: payload)
                    }
                }
                rows.append(Row(content: content, envelope: range))
            }
        }
        self.rows = rows
        self.envelopes = envelopes
        bytes = payloads + envelopes.count
    }

    /// The bytes of one row's envelope.
    func withEnvelope<Result>(_ row: Row, _ body: (UnsafeRawBufferPointer) throws(FlxError) -> Result) throws(FlxError) -> Result {
        guard !row.envelope.isEmpty else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try envelopes.withBytes { bytes throws(FlxError) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[row.envelope]))
        }
    }
}

extension Checksum {
    /// The sum over the content of an event; stream and type by the sums of their names.
    init(
        stream: UInt64, type: UInt64, id: EventID, time: Timestamp?, envelope: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer
    ) {
        self.init()
        mix(stream)
        mix(type)
        switch id.form {
        case .uuid(let bits):
            mix(UInt64(truncatingIfNeeded: bits >> 64))
            mix(UInt64(truncatingIfNeeded: bits))
        case .text(var text):
            text.withUTF8 { mix(UnsafeRawBufferPointer($0)) }
        }
        mix(time == nil ? 0 as UInt64 : 1)
        mix(time?.nanoseconds ?? 0)
        mix(envelope)
        mix(payload)
    }

    /// The sum that is stored: the content at its place.
    func placed(version: Int64, position: Int64, recorded: Int64) -> Int64 {
        var sum = self
        sum.mix(version)
        sum.mix(position)
        sum.mix(recorded)
        return sum.value
    }
}
