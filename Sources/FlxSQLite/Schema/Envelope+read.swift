import FlxCore

/// The attributes of an event that have columns of their own.
struct RowHead {
    let id: EventID
    let type: EventType
    let stream: StreamName?
    let time: Timestamp?
}

/// The last text read, since the same text often repeats from event to event.
struct TextMemo {
    private var text = Event.defaultSource

    mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let isSame = text.utf8.withContiguousStorageIfAvailable { known in
            guard known.count == bytes.count else { return false }
            for index in known.indices where known[index] != bytes[index] { return false }
            return true
        }
        if isSame != true { text = String(decoding: bytes, as: UTF8.self) }
        return text
    }
}

extension Envelope {
    /// Creates the appended event from the columns of a row, its payload and its envelope.
    static func event(
        _ head: RowHead, payload: [UInt8], envelope: UnsafeRawBufferPointer?, sources: inout TextMemo
    ) throws(FlxError) -> Event {
        guard let envelope else {
            return Event(
                id: head.id, type: head.type, stream: head.stream, time: head.time,
                payload: Payload(unchecked: payload, form: .json, contentType: nil))
        }
        var reader = EnvelopeReader(envelope)
        let flags = try reader.flags()
        let schemaVersion = flags.contains(.schemaVersion) ? try reader.number() : 1
        let source = flags.contains(.source) ? sources.text(try reader.rawText()) : Event.defaultSource
        let contentType = flags.contains(.contentType) ? try reader.text() : nil
        var event = Event(
            id: head.id, type: head.type, schemaVersion: schemaVersion, source: source, stream: head.stream, time: head.time,
            payload: Payload(unchecked: payload, form: flags.form, contentType: contentType))
        if flags.contains(.correlation) { event.correlationID = try reader.id() }
        if flags.contains(.causation) { event.causationID = try reader.id() }
        if flags.contains(.user) { event.userID = try reader.text() }
        if flags.contains(.trace) {
            let parent = try reader.text()
            event.trace = try TraceContext(parent: parent, state: flags.contains(.traceState) ? try reader.text() : nil)
        }
        if flags.contains(.tags) { event.tags = try tags(&reader) }
        if flags.contains(.partitionKey) { event.partitionKey = try reader.text() }
        if flags.contains(.dataSchema) { event.dataSchema = try reader.text() }
        if flags.contains(.extensions) { event.extensions = try extensions(&reader) }
        guard reader.isAtEnd else { throw EnvelopeReader.damage }
        return event
    }

    private static func tags(_ reader: inout EnvelopeReader) throws(FlxError) -> [Tag] {
        let count = try reader.count()
        var tags: [Tag] = []
        tags.reserveCapacity(min(count, 1_000))
        for _ in 0..<count { tags.append(try Tag(try reader.text())) }
        return tags
    }

    private static func extensions(_ reader: inout EnvelopeReader) throws(FlxError) -> [ExtensionName: ExtensionValue] {
        var extensions: [ExtensionName: ExtensionValue] = [:]
        for _ in 0..<(try reader.count()) {
            let name = try ExtensionName(try reader.text())
            extensions[name] = try reader.extensionValue()
        }
        return extensions
    }
}
