/// The attributes of an event beside its data, in the two forms of `flx_core.events`.
struct SeedEnvelope {
    /// The member names that differ between the forms.
    struct Names {
        let time: String
        let version: String
    }

    private let names: Names
    private var id: EventID?
    private var time: Timestamp?
    private var correlationID: EventID?
    private var causationID: EventID?
    private var userID: String?
    private var aggregateID: String?
    /// The member `event_type`.
    private(set) var name: EventType?
    private(set) var version = 1
    var aggregateType: String?

    init(_ names: Names) { self.names = names }

    /// Reads the value of a member of the envelope; false, and nothing read, for any other member.
    mutating func read(_ member: String, from json: inout JSONReader) throws(FlxError) -> Bool {
        guard names.contain(member) else { return false }
        let start = json.offset
        if try json.readNull() { return true }
        do {
            try readPresent(member, from: &json)
        } catch {
            throw json.naming(member, at: start, in: error)
        }
        return true
    }

    private mutating func readPresent(_ member: String, from json: inout JSONReader) throws(FlxError) {
        switch member {
        case "event_id": id = try json.readEventID()
        case "event_type": name = try EventType(try json.readString())
        case "aggregate_id": aggregateID = try json.readString()
        case "correlation_id": correlationID = try json.readEventID()
        case "causation_id": causationID = try json.readEventID()
        case "user_id": userID = try json.readString()
        case names.time: time = try json.readTimeAttribute()
        default:
            version = try json.readInteger()
            guard (1...Int(Int32.max)).contains(version) else {
                throw FlxError(.invalidValue, "\(version) is no version: it must be 1 or more, within 32 bits")
            }
        }
    }

    /// The event, after all members are read.
    /// - Parameter stream: The event's source stream. By default the id of its aggregate names it, if it is a valid name.
    func event(_ type: EventType, payload: Payload, stream: StreamName?, from json: JSONReader) throws(FlxError) -> Event {
        guard let id else { throw json.missing("event_id") }
        var event = Event(
            id: id, type: type, schemaVersion: version, stream: stream, time: time, payload: payload, correlationID: correlationID,
            causationID: causationID, userID: userID)
        if let aggregateID {
            event.extensions["aggregateid"] = .string(aggregateID)
            if stream == nil { event.stream = try? StreamName(aggregateID) }
        }
        if let aggregateType { event.extensions["aggregatetype"] = .string(aggregateType) }
        return event
    }
}

extension SeedEnvelope.Names {
    /// The names of the domain form.
    static let domain = Self(time: "occurred_at", version: "event_version")
    /// The names of the reflection form.
    static let reflection = Self(time: "timestamp", version: "version")

    /// Returns true if a member belongs to the envelope.
    func contain(_ member: String) -> Bool {
        switch member {
        case "event_id", "event_type", "aggregate_id", "correlation_id", "causation_id", "user_id", time, version: true
        default: false
        }
    }
}

extension Event {
    /// The event's aggregate, for the forms with one: the extension `aggregateid`, or else the stream.
    var aggregateID: String? { text(of: "aggregateid") ?? stream?.description }

    /// The text of an extension, if it is one.
    func text(of name: ExtensionName) -> String? {
        if case .string(let text) = extensions[name] { text } else { nil }
    }
}

extension JSONWriter {
    /// Writes a field with a text, or null.
    mutating func textField(_ name: String, _ text: String?) {
        if let text { textField(name, text) } else { nullField(name) }
    }

    /// Writes a field with an id, or null.
    mutating func field(_ name: String, _ id: EventID?) {
        if let id { field(name, id) } else { nullField(name) }
    }

    /// Writes a field with a time in Python's form, or null.
    mutating func pythonField(_ name: String, _ time: Timestamp?) {
        if let time { field(name, time, .python) } else { nullField(name) }
    }

    private mutating func nullField(_ name: String) {
        key(name)
        writeNull()
    }
}
