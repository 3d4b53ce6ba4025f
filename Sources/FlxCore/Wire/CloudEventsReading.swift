/// What is known of an event while the members of its JSON object are read, in whatever order they come.
struct CloudEventsReading {
    /// The data as it came: what it means depends on the media type, which may come later.
    private enum Data {
        case json([UInt8])
        case binary([UInt8])
    }

    /// The members that have a place of their own in an event, in the order in which they are written.
    private enum Member: String, CaseIterable {
        case specversion, id, source, type, subject, time, datacontenttype, dataschema, schemaversion, correlationid, causationid
        case userid, partitionkey, traceparent, tracestate, tags, data
        case dataBase64 = "data_base64"
    }

    private static let members = Member.allCases
    private static let fields = JSONFields(members.map(\.rawValue))

    private let dropped: CloudEventsJSON.RecordedAttributes
    private var hasSpecVersion = false
    private var id: EventID?
    private var type: EventType?
    private var source: String?
    private var stream: StreamName?
    private var time: Timestamp?
    private var contentType: String?
    private var dataSchema: String?
    private var data: Data?
    private var properties = Properties()

    init(dropped: CloudEventsJSON.RecordedAttributes) {
        self.dropped = dropped
    }

    /// Reads the next member of the object; false when it has ended.
    mutating func readMember(from json: inout JSONReader) throws(FlxError) -> Bool {
        guard let next = try json.nextMember(of: Self.fields) else { return false }
        let start = json.offset
        switch next {
        case .known(let index):
            let member = Self.members[index]
            if member == .data {
                try take(.json(try json.copyValue()), from: json)
                return true
            }
            // An attribute that is null is one that is not there (JSON event format, section 2.2).
            if try json.readNull() { return true }
            do {
                try read(member, from: &json)
            } catch {
                throw json.naming(member.rawValue, at: start, in: error)
            }
        case .unknown(let key):
            if try json.readNull() { return true }
            let name = json.text(of: key)
            do {
                try readExtension(name, from: &json)
            } catch {
                throw json.naming(name, at: start, in: error)
            }
        }
        return true
    }

    private mutating func read(_ member: Member, from json: inout JSONReader) throws(FlxError) {
        switch member {
        case .specversion:
            try json.readSpecVersion()
            hasSpecVersion = true
        case .id: id = try json.readEventID()
        case .source:
            let text = try json.readAttributeText()
            guard URIReference.isValid(text) else { throw FlxError(.invalidValue, "'\(text.prefix(80))' is no URI reference (RFC 3986)") }
            source = text
        case .type: type = try EventType(try json.readString())
        case .subject: stream = try StreamName(try json.readString())
        case .time: time = try json.readTimeAttribute()
        case .datacontenttype: contentType = try json.readMediaType()
        case .dataschema:
            let text = try json.readAttributeText()
            guard URIReference.isAbsolute(text) else { throw FlxError(.invalidValue, "'\(text.prefix(80))' is no URI (RFC 3986)") }
            dataSchema = text
        case .dataBase64:
            guard let bytes = Base64.decode(try json.readString().utf8) else { throw FlxError(.invalidValue, "it is no Base64 (RFC 4648)") }
            try take(.binary(bytes), from: json)
        case .correlationid:
            guard let uuid = json.takeUUID() else { return try readExtension(member.rawValue, from: &json) }
            properties.correlationID = EventID(uuid: uuid)
        case .causationid:
            guard let uuid = json.takeUUID() else { return try readExtension(member.rawValue, from: &json) }
            properties.causationID = EventID(uuid: uuid)
        default: try readExtension(member.rawValue, from: &json)
        }
    }

    private mutating func readExtension(_ name: String, from json: inout JSONReader) throws(FlxError) {
        let value = try json.readExtensionValue()
        if !dropped.names(name) { try properties.take(name, value) }
    }

    private mutating func take(_ data: Data, from json: JSONReader) throws(FlxError) {
        guard self.data == nil else { throw json.failure(.invalidValue, "'data' and 'data_base64' exclude each other") }
        self.data = data
    }
}

extension CloudEventsReading {
    /// The event, when all members are read.
    func event(from json: JSONReader) throws(FlxError) -> Event {
        guard hasSpecVersion else { throw json.missingAttribute("specversion") }
        guard let id else { throw json.missingAttribute("id") }
        guard let source else { throw json.missingAttribute("source") }
        guard let type else { throw json.missingAttribute("type") }
        var event = Event(
            id: id, type: type, source: source, stream: stream, time: time, payload: try payload(from: json), dataSchema: dataSchema)
        properties.move(to: &event)
        return event
    }

    private func payload(from json: JSONReader) throws(FlxError) -> Payload {
        switch data {
        case nil: return Payload(unchecked: [], form: .none, contentType: contentType)
        case .binary(let bytes): return Payload(unchecked: bytes, form: .binary, contentType: contentType)
        case .json(let bytes):
            guard let contentType, contentType != Payload.jsonContentType, !MediaType.isJSON(contentType) else {
                return Payload(unchecked: bytes, form: .json, contentType: contentType)
            }
            guard bytes.first == UInt8(ascii: "\"") else {
                throw json.failure(.typeMismatch, "'data' must be a string, since its media type '\(contentType)' is not JSON")
            }
            return Payload(unchecked: Array(try String(json: bytes, limits: json.limits).utf8), form: .text, contentType: contentType)
        }
    }
}
