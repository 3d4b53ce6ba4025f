/// The reflection form of `flx_core.events`, the value of its Redis entries: a flat object with the event's own fields beside the
/// envelope's, and the category in place of the type.
///
/// ``EventRegistry/reflect(_:inStreamsOf:)`` assigns a type to a category. Without an assignment the event stays dynamic, with the
/// category's name as its type. `aggregate_id` is the extension `aggregateid`. For an event not read from this form, the stream is the
/// aggregate. The form has no place for the attributes missing in ``DomainForm``.
public struct ReflectionForm: Sendable {
    /// The form of numbers, booleans, arrays and objects among an event's own fields.
    public enum Values: Hashable, Sendable {
        /// As JSON has them.
        case json
        /// As Python's text of them, as its writer does: `"42"`, `"True"`, `"[1]"`.
        case pythonTexts
    }

    /// The known types.
    public var registry: EventRegistry
    /// The form of own fields.
    public var values: Values

    /// Makes the form over a registry.
    public init(registry: EventRegistry = EventRegistry(), values: Values = .json) {
        self.registry = registry
        self.values = values
    }

    /// The text of an event.
    /// - Throws: ``FlxError/Code/invalidValue`` for a payload other than a JSON object, or with a field named as one of the envelope.
    public func encode(_ event: Event) throws(FlxError) -> [UInt8] {
        var json = JSONWriter(capacity: event.payload.bytes.count + 320)
        let category = registry.type(named: event.type, version: event.schemaVersion)?.category
        json.beginObject()
        json.field("event_id", event.id)
        json.textField("event_type", category?.rawValue ?? event.type.description)
        json.textField("aggregate_id", event.aggregateID)
        json.pythonField("timestamp", event.time)
        json.key("version")
        json.writeInteger(event.schemaVersion)
        if let id = event.correlationID { json.field("correlation_id", id) }
        if let id = event.causationID { json.field("causation_id", id) }
        if let user = event.userID { json.textField("user_id", user) }
        try writeOwnFields(of: event, to: &json)
        json.endObject()
        return json.finish()
    }

    private func writeOwnFields(of event: Event, to json: inout JSONWriter) throws(FlxError) {
        guard event.payload.form != .none else { return }
        guard event.payload.form == .json, event.payload.bytes.first == UInt8(ascii: "{") else {
            throw FlxError(.invalidValue, "event \(event.id): its payload is no JSON object, and the reflection form carries nothing else")
        }
        var payload = try JSONReader(event.payload.bytes.span, limits: .inMemory)
        try payload.beginObject()
        while let name = try payload.nextKey() {
            guard !SeedEnvelope.Names.reflection.contain(name) else {
                throw FlxError(.invalidValue, "event \(event.id): the reflection form needs the name '\(name)' for its envelope")
            }
            json.key(name)
            let kind = try payload.peek()
            if values == .json || kind == .string || kind == .null {
                json.writeRaw(json: try payload.copyValue())
            } else {
                json.write(PythonText.text(of: try payload.read(EventValue.self)))
            }
        }
    }

    /// Reads the text of an event.
    ///
    /// Texts become numbers and booleans for fields declared as such in the type. In a dynamic event they stay texts.
    /// - Parameter stream: The event's stream; by default the one named by its aggregate's id.
    /// - Throws: ``FlxError/Code/malformed`` for broken JSON, and ``FlxError/Code/typeMismatch``, ``FlxError/Code/invalidValue`` or
    ///   ``FlxError/Code/limitExceeded`` for a wrong member, also one unfit for the type, naming it and its place.
    public func decode(_ bytes: [UInt8], stream: StreamName? = nil, limits: JSONLimits = Self.limits) throws(FlxError) -> Event {
        var json = try JSONReader(bytes.span, limits: limits)
        var envelope = SeedEnvelope(.reflection)
        var own = OwnFields()
        try json.beginObject()
        while let member = try json.nextKey() {
            if try !envelope.read(member, from: &json) { own.append(member, try json.copyValue()) }
        }
        try json.readEnd()
        guard let name = envelope.name else { throw json.missing("event_type") }
        let dynamic = try envelope.event(name, payload: .none, stream: stream, from: json)
        return try own.event(dynamic, as: type(of: dynamic))
    }

    /// The limits for one event: 8 MiB, and no deeper than a payload.
    public static let limits = JSONLimits(maximumBytes: 8 << 20)

    /// The type of an event read by its category.
    private func type(of event: Event) -> (any DomainEvent.Type)? {
        guard let category = EventCategory(rawValue: event.type.description),
            let type = registry.type(reflecting: category, in: event.stream)
        else { return nil }
        return registry.type(named: type.eventType, version: event.schemaVersion)
    }
}
