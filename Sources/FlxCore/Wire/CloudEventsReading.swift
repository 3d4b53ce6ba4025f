/// An event under construction, from the members of its JSON object in any order.
struct CloudEventsReading: ~Copyable {
    /// The data as received. Its meaning depends on the media type, which may follow later.
    private enum Data {
        case json([UInt8])
        case binary([UInt8])
    }

    /// The members with a place of their own in an event, in the order of writing.
    private enum Member: Int, CaseIterable {
        case specversion, id, source, type, subject, time, datacontenttype, dataschema, schemaversion, correlationid, causationid
        // swift-format-ignore: AlwaysUseLowerCamelCase
        case userid, partitionkey, traceparent, tracestate, tags, data, data_base64
    }

    private static let fields = JSONFields(Member.allCases.map { "\($0)" })
    private static let blank = Event(id: EventID(uuid: 0), type: "blank", source: "", time: nil)

    /// The attributes read so far; id, type and source mean nothing until they are found.
    var event = Self.blank
    /// The two headers of a trace belong together. Either may be first.
    var trace: (parent: String?, state: String?)
    private let dropped: CloudEventsJSON.RecordedAttributes
    private var hasSpecVersion = false
    private var hasID = false
    private var hasSource = false
    private var hasType = false
    private var contentType: String?
    private var data: Data?

    init(dropped: CloudEventsJSON.RecordedAttributes) {
        self.dropped = dropped
    }

    /// Reads the next member of the object; false when it has ended.
    mutating func readMember(from json: inout JSONReader) throws(FlxError) -> Bool {
        guard let next = try json.nextMember(of: Self.fields) else { return false }
        let start = json.offset
        switch next {
        case .known(let index):
            guard let member = Member(rawValue: index) else { return true }
            if member == .data {
                guard data == nil else { throw json.twoData }
                data = .json(try json.copyValue())
                return true
            }
            // A null attribute counts as absent (JSON event format, section 2.2).
            if try json.readNull() { return true }
            do {
                try read(member, from: &json)
            } catch {
                throw json.naming("\(member)", at: start, in: error)
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
        case .id:
            event.id = try json.readEventID()
            hasID = true
        case .source:
            event.source = try json.readAttributeText()
            guard URIReference.isValid(event.source) else {
                throw FlxError(.invalidValue, "'\(event.source.prefix(80))' is no URI reference (RFC 3986)")
            }
            hasSource = true
        case .type:
            event.type = try EventType(try json.readString())
            hasType = true
        case .subject: event.stream = try StreamName(try json.readString())
        case .time: event.time = try json.readTimeAttribute()
        case .datacontenttype: contentType = try json.readMediaType()
        case .dataschema:
            let text = try json.readAttributeText()
            guard URIReference.isAbsolute(text) else { throw FlxError(.invalidValue, "'\(text.prefix(80))' is no URI (RFC 3986)") }
            event.dataSchema = text
        case .data_base64:
            guard let bytes = Base64.decode(try json.readString().utf8) else { throw FlxError(.invalidValue, "it is no Base64 (RFC 4648)") }
            guard data == nil else { throw json.twoData }
            data = .binary(bytes)
        case .correlationid:
            guard let uuid = json.takeUUID() else { return try readExtension("\(member)", from: &json) }
            event.correlationID = EventID(uuid: uuid)
        case .causationid:
            guard let uuid = json.takeUUID() else { return try readExtension("\(member)", from: &json) }
            event.causationID = EventID(uuid: uuid)
        default: try readExtension("\(member)", from: &json)
        }
    }

    private mutating func readExtension(_ name: String, from json: inout JSONReader) throws(FlxError) {
        let value = try json.readExtensionValue()
        if !dropped.names(name) { try take(name, value) }
    }
}

extension CloudEventsReading {
    /// The event, when all members are read.
    consuming func finish(_ json: inout JSONReader) throws(FlxError) -> Event {
        guard hasSpecVersion else { throw json.missingAttribute("specversion") }
        guard hasID else { throw json.missingAttribute("id") }
        guard hasSource else { throw json.missingAttribute("source") }
        guard hasType else { throw json.missingAttribute("type") }
        event.payload = try payload(&json)
        placeTrace()
        return event
    }

    private func payload(_ json: inout JSONReader) throws(FlxError) -> Payload {
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

extension JSONReader {
    /// The error for an event with two members of data.
    fileprivate var twoData: FlxError { failure(.invalidValue, "'data' and 'data_base64' exclude each other") }
}
