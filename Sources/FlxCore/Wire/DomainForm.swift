/// The domain form of `flx_core.events`, the body of its AMQP messages: an envelope of ten members and the data.
///
/// The bytes are the same as from Python's `json` and msgspec. Attributes without a member are kept for the way back: `aggregate_id` and
/// `aggregate_type` are the extensions `aggregateid` and `aggregatetype`, `event_version` is the schema version. For an event not read from
/// this form, the stream is the aggregate. The form has no place for source, tags, trace context, partition key, data schema and other
/// extensions, nor for times finer than microseconds.
public enum DomainForm {
    /// The text of an event.
    /// - Throws: ``FlxError/Code/invalidValue`` for a payload other than JSON, since the form has no place for it.
    public static func encode(_ event: Event) throws(FlxError) -> [UInt8] {
        guard event.payload.form == .json || event.payload.form == .none else {
            throw FlxError(.invalidValue, "event \(event.id): its payload is not JSON, and the domain form carries nothing else")
        }
        var json = JSONWriter(capacity: event.payload.bytes.count + 384)
        json.beginObject()
        json.field("event_id", event.id)
        json.textField("event_type", event.type.description)
        json.pythonField("occurred_at", event.time)
        json.textField("aggregate_id", event.aggregateID)
        json.textField("aggregate_type", event.text(of: "aggregatetype"))
        json.key("event_version")
        json.writeInteger(event.schemaVersion)
        json.field("correlation_id", event.correlationID)
        json.field("causation_id", event.causationID)
        json.textField("user_id", event.userID)
        json.key("data")
        if event.payload.form == .json { json.writeRaw(json: event.payload.bytes) } else { json.writeNull() }
        json.endObject()
        return json.finish()
    }

    /// Reads the text of an event. Missing members count as null; unknown ones are skipped; null data is no data.
    /// - Parameter stream: The event's stream; by default the one named by its aggregate's id.
    /// - Throws: ``FlxError/Code/malformed`` for broken JSON, and ``FlxError/Code/typeMismatch``, ``FlxError/Code/invalidValue`` or
    ///   ``FlxError/Code/limitExceeded`` for a wrong member, naming it and its place.
    public static func decode(
        _ bytes: [UInt8], stream: StreamName? = nil, limits: JSONLimits = CloudEventsJSON.eventLimits
    ) throws(FlxError) -> Event {
        var json = try JSONReader(bytes.span, limits: limits)
        var envelope = SeedEnvelope(.domain)
        var payload = Payload.none
        try json.beginObject()
        while let member = try json.nextKey() {
            if try envelope.read(member, from: &json) { continue }
            switch member {
            case "data":
                if try !json.readNull() { payload = Payload(unchecked: try json.copyValue(), form: .json, contentType: nil) }
            case "aggregate_type": envelope.aggregateType = try json.read(String?.self)
            default: try json.skipValue()
            }
        }
        try json.readEnd()
        guard let type = envelope.name else { throw json.missing("event_type") }
        return try envelope.event(type, payload: payload, stream: stream, from: json)
    }
}
