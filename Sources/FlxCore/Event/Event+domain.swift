extension Event {
    /// Puts a typed event into an envelope. Its payload is encoded here, once.
    ///
    /// Type, schema version and tags are the event's own. Id and time are the system's by default.
    /// - Throws: ``FlxError/Code/invalidValue`` for a value outside JSON, such as NaN; ``FlxError/Code/limitExceeded`` for nesting, keys
    ///   and numbers beyond the limits of a standard reader.
    public init<E: DomainEvent>(
        _ domainEvent: E, id: EventID? = nil, stream: StreamName? = nil, source: String = defaultSource,
        time: Timestamp? = nil, correlationID: EventID? = nil, causationID: EventID? = nil, userID: String? = nil,
        trace: TraceContext? = nil, partitionKey: String? = nil, extensions: [ExtensionName: ExtensionValue] = [:]
    ) throws(FlxError) {
        let time = time ?? EventClock.system.now()
        self.init(
            id: id ?? EventIDGenerator.system.next(at: time), type: E.eventType, schemaVersion: E.schemaVersion, source: source,
            stream: stream, time: time, payload: Payload(unchecked: try domainEvent.json(), form: .json, contentType: nil),
            correlationID: correlationID, causationID: causationID, userID: userID, trace: trace, tags: try domainEvent.tags,
            partitionKey: partitionKey, extensions: extensions)
    }

    /// Puts a dynamic event into an envelope: a name and any data.
    /// - Throws: ``FlxError/Code/limitExceeded`` for nesting, keys and numbers beyond the limits of a standard reader.
    public init(
        type: EventType, data: EventValue, id: EventID? = nil, stream: StreamName? = nil, source: String = defaultSource,
        time: Timestamp? = nil, tags: [Tag] = []
    ) throws(FlxError) {
        let time = time ?? EventClock.system.now()
        self.init(
            id: id ?? EventIDGenerator.system.next(at: time), type: type, source: source, stream: stream, time: time,
            payload: try .json(data), tags: tags)
    }

    /// The typed event in the envelope.
    ///
    /// Unknown fields are skipped. The schema version is not checked: ``EventRegistry`` does that.
    /// - Throws: ``FlxError/Code/typeMismatch`` if the envelope has another type or the payload does not fit, with the place.
    public func decode<E: DomainEvent>(as domainEvent: E.Type = E.self) throws(FlxError) -> E {
        guard type == E.eventType else {
            throw FlxError(.typeMismatch, "event \(id): its type is '\(type)', and \(E.self) is '\(E.eventType)'")
        }
        return try payload.decode(as: E.self)
    }

    /// The payload as a dynamic value: JSON unchanged, a text as a string, binary data as a string in Base64, no data as `null`.
    /// - Throws: ``FlxError/Code/malformed`` for stored bytes outside JSON.
    public var value: EventValue {
        get throws(FlxError) {
            switch payload.form {
            case .none: .null
            case .json: try EventValue(json: payload.bytes, limits: .inMemory)
            case .text: .string(String(decoding: payload.bytes, as: UTF8.self))
            case .binary: .string(Base64.text(of: payload.bytes))
            }
        }
    }
}
