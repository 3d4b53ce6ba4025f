/// The binary mode of CloudEvents: the data is the body of a message, its media type is the message's, and the attributes are beside the
/// body. Rules: section 3.1 of the HTTP and AMQP bindings, https://github.com/cloudevents/spec.
enum BinaryMode {
    static func encode(_ event: Event) throws(FlxError) -> EventMessage {
        var envelope = event
        envelope.payload = .none
        var attributes: [String: ExtensionValue] = [:]
        var json = try JSONReader(CloudEventsJSON.encode(envelope).span, limits: CloudEventsJSON.eventLimits)
        try json.beginObject()
        while let name = try json.nextKey() { attributes[name] = try json.readExtensionValue() }
        let payload = event.payload
        var contentType = payload.contentType
        switch payload.form {
        case .text: break
        case .none:
            guard contentType.map(MediaType.isJSON) != false else {
                throw FlxError(.invalidValue, "event \(event.id): no data of a media type would be read as data of no bytes")
            }
        case .json: contentType = contentType ?? Payload.jsonContentType
        case .binary:
            guard contentType != nil || !payload.bytes.isEmpty else {
                throw FlxError(.invalidValue, "event \(event.id): data of no bytes and no media type would be read as no data")
            }
            guard contentType.map(MediaType.isJSON) != true else {
                throw FlxError(.invalidValue, "event \(event.id): bytes that are announced as JSON would be read as JSON")
            }
        }
        guard contentType.map(MediaType.isCloudEvents) != true else {
            throw FlxError(.invalidValue, "event \(event.id): data that is announced as CloudEvents would be read as the event itself")
        }
        return EventMessage(contentType: contentType, attributes: attributes, body: payload.bytes)
    }

    static func decode(_ message: EventMessage) throws(FlxError) -> Event {
        let limit = CloudEventsJSON.eventLimits.maximumBytes
        guard message.body.count <= limit else {
            throw FlxError(.limitExceeded, "the body has \(message.body.count) bytes: at most \(limit) are allowed")
        }
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        for (name, value) in message.attributes {
            guard name != "data", name != "data_base64", name != "datacontenttype" else {
                throw FlxError(.invalidValue, "attribute '\(name)': in the binary mode the body and its media type say this")
            }
            json.key(name)
            switch value {
            case .bool(let value): json.write(value)
            case .integer(let value): json.writeInteger(value)
            case .string(let value): json.write(value)
            }
        }
        json.endObject()
        var event = try CloudEventsJSON.decode(json.finish())
        event.payload = try payload(message)
        return event
    }

    private static func payload(_ message: EventMessage) throws(FlxError) -> Payload {
        guard let contentType = message.contentType else {
            return message.body.isEmpty ? .none : try .binary(message.body)
        }
        guard !message.body.isEmpty else {
            // A JSON value has at least one byte; everything else may be empty.
            let form: Payload.Form = MediaType.isJSON(contentType) ? .none : MediaType.isText(contentType) ? .text : .binary
            return Payload(unchecked: [], form: form, contentType: try Payload.checked(contentType))
        }
        if MediaType.isJSON(contentType) { return try .json(message.body, contentType: contentType, limits: .inMemory) }
        if MediaType.isText(contentType), let text = String(validating: message.body, as: UTF8.self) {
            return try .text(text, contentType: contentType)
        }
        return try .binary(message.body, contentType: contentType)
    }
}

extension Event {
    /// The names of the attributes missing in another reading of this event, or different there.
    func attributesLost(in other: Event) -> [String] {
        var lost: [String] = []
        func compare<Value: Equatable>(_ name: String, _ part: (Event) -> Value) {
            if part(self) != part(other) { lost.append("'\(name)'") }
        }
        compare("id") { $0.id }
        compare("type") { $0.type }
        compare("source") { $0.source }
        compare("subject") { $0.stream }
        compare("time") { $0.time }
        compare("schemaversion") { $0.schemaVersion }
        compare("correlationid") { $0.correlationID }
        compare("causationid") { $0.causationID }
        compare("userid") { $0.userID }
        compare("traceparent") { $0.trace }
        compare("tags") { $0.tags }
        compare("partitionkey") { $0.partitionKey }
        compare("dataschema") { $0.dataSchema }
        compare("data") { $0.payload.bytes }
        compare("datacontenttype") { $0.payload.contentType ?? Payload.jsonContentType }
        // Some forms contain the stream as an extension too: an addition, no loss.
        for (name, value) in extensions.sorted(by: { $0.key < $1.key }) where other.extensions[name] != value { lost.append("'\(name)'") }
        return lost
    }
}
