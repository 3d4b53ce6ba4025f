extension CloudEventsJSON {
    /// Writes an event as one JSON object.
    public static func write(_ event: Event, to json: inout JSONWriter) {
        json.beginObject()
        writeAttributes(of: event, to: &json)
        writeExtensions(of: event, except: [], to: &json)
        writeData(of: event.payload, to: &json)
        json.endObject()
    }

    /// Writes a recorded event as one JSON object, with some of the store's facts about it.
    public static func write(_ recorded: RecordedEvent, including attributes: RecordedAttributes = .all, to json: inout JSONWriter) {
        json.beginObject()
        writeAttributes(of: recorded.event, to: &json)
        if attributes.contains(.position) { json.textField(RecordedAttributes.positionName, recorded.position.description) }
        if attributes.contains(.recordedTime) { json.field(RecordedAttributes.recordedTimeName, recorded.recordedTime, .rfc3339) }
        writeExtensions(of: recorded.event, except: attributes, to: &json)
        writeData(of: recorded.event.payload, to: &json)
        json.endObject()
    }

    private static func writeAttributes(of event: Event, to json: inout JSONWriter) {
        json.textField("specversion", "1.0")
        json.field("id", event.id)
        json.textField("source", event.source)
        json.textField("type", event.type.description)
        if let stream = event.stream { json.textField("subject", stream.description) }
        if let time = event.time { json.field("time", time, .rfc3339) }
        if let contentType = event.payload.contentType { json.textField("datacontenttype", contentType) }
        if let dataSchema = event.dataSchema { json.textField("dataschema", dataSchema) }
        if event.schemaVersion != 1 {
            json.key("schemaversion")
            json.writeInteger(event.schemaVersion)
        }
        if let id = event.correlationID { json.field("correlationid", id) }
        if let id = event.causationID { json.field("causationid", id) }
        if let user = event.userID { json.textField("userid", user) }
        if let key = event.partitionKey { json.textField("partitionkey", key) }
        if let trace = event.trace {
            json.textField("traceparent", trace.parent)
            if let state = trace.state { json.textField("tracestate", state) }
        }
        if !event.tags.isEmpty { json.textField("tags", event.tags.map(\.description).joined(separator: ",")) }
    }

    /// Writes the extensions in the order of their names, except those with a name already used by a property of the envelope.
    private static func writeExtensions(of event: Event, except attributes: RecordedAttributes, to json: inout JSONWriter) {
        guard !event.extensions.isEmpty else { return }
        for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) {
            let name = name.description
            if attributes.names(name) || event.hasProperty(named: name) { continue }
            json.key(name)
            switch value {
            case .bool(let value): json.write(value)
            case .integer(let value): json.writeInteger(value)
            case .string(let value): json.write(value)
            }
        }
    }

    private static func writeData(of payload: Payload, to json: inout JSONWriter) {
        switch payload.form {
        case .none: break
        case .json:
            json.key("data")
            json.writeRaw(json: payload.bytes)
        case .text: json.textField("data", String(decoding: payload.bytes, as: UTF8.self))
        case .binary:
            json.key("data_base64")
            json.writeUnescaped(Base64.encode(payload.bytes))
        }
    }
}

extension CloudEventsJSON {
    /// The properties of an event with names that extensions can have too.
    package enum Property: String, CaseIterable {
        case schemaversion, correlationid, causationid, userid, partitionkey, traceparent, tracestate, tags
    }
}

extension Event {
    /// Returns true if an extension attribute of this name is a property of the envelope with a value.
    fileprivate func hasProperty(named name: String) -> Bool {
        switch CloudEventsJSON.Property(rawValue: name) {
        case .schemaversion: schemaVersion != 1
        case .correlationid: correlationID != nil
        case .causationid: causationID != nil
        case .userid: userID != nil
        case .partitionkey: partitionKey != nil
        case .traceparent: trace != nil
        case .tracestate: trace?.state != nil
        case .tags: !tags.isEmpty
        case nil: false
        }
    }
}

extension JSONWriter {
    /// Writes a field with a text.
    mutating func textField(_ name: String, _ text: String) {
        key(name)
        write(text)
    }

    /// Writes a field with an id.
    mutating func field(_ name: String, _ id: EventID) {
        key(name)
        switch id.form {
        case .text(let text): write(text)
        case .uuid(let bits): write(uuid: bits)
        }
    }

    /// Writes a field with a time.
    mutating func field(_ name: String, _ time: Timestamp, _ style: Timestamp.Style) {
        key(name)
        write(ascii: 35) { time.write(style, into: $0) }
    }
}
