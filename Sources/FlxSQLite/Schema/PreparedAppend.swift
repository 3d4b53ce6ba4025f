import FlxCore

/// An append prepared in its caller's thread, with encoded envelopes and checksums. The writer only binds.
struct PreparedAppend: Sendable {
    /// The prepared data of one event.
    struct Row: Sendable {
        /// The sum over the caller's data. The writer mixes in the position, version and time of recording.
        let content: Checksum
        /// The range of the envelope in `envelopes`; empty if there is none.
        let envelope: Range<Int>
    }

    let writes: [StreamWrite]
    let boundary: Boundary?
    /// The rows of all events, in the order of the writes.
    let rows: [Row]
    let envelopes: [UInt8]
    /// The number of bytes in payloads and envelopes.
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

    /// Passes the bytes of a row's envelope to the body.
    func withEnvelope<Result>(_ row: Row, _ body: (UnsafeRawBufferPointer) throws(FlxError) -> Result) throws(FlxError) -> Result {
        guard !row.envelope.isEmpty else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        return try envelopes.withBytes { bytes throws(FlxError) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[row.envelope]))
        }
    }
}

extension Checksum {
    /// Creates the sum over the content of an event, with the sums of the names of its stream and type.
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

    /// Returns the stored sum: the content together with its place.
    func placed(version: Int64, position: Int64, recorded: Int64) -> Int64 {
        var sum = self
        sum.mix(version)
        sum.mix(position)
        sum.mix(recorded)
        return sum.value
    }
}
