import FlxCore

/// An event in one level, for flat formats: its attributes by name, and the values of its data by JSON pointer.
///
/// If the values do not represent all of the data (its fields are in another order, it is no object, or no JSON), the data as a whole is
/// added to them.
struct FlatEvent {
    struct Field {
        let name: String
        let value: EventValue
    }

    /// The maximum depth for splitting objects; deeper objects are one value.
    private static let deepest = 8
    /// Objects at longer pointers are not split: so no pointer with a name in them is too long to be read.
    private static let longestPointer = 2_000
    /// Data with more bytes of pointers in total is written only as a whole.
    private static let mostPointerBytes = 1 << 19

    let event: Event
    /// The attributes but for id, type, subject and time, in their usual order.
    private(set) var attributes: [Field] = []
    /// The values of the data, by pointer.
    private(set) var fields: [Field] = []
    private var pointerBytes = 0

    init(_ event: Event) throws(FlxError) {
        self.event = event
        var envelope = event
        envelope.payload = .none
        var json = try JSONReader(CloudEventsJSON.encode(envelope).span, limits: CloudEventsJSON.eventLimits)
        try json.beginObject()
        while let name = try json.nextKey() {
            let value = try EventValue(json: &json)
            guard ![FlatReading.mark, OCELWriter.noTime].contains(name) else {
                throw FlxError(
                    .invalidValue,
                    "event \(event.id): '\(name)' is a mark of csv, xes and ocel, and no extension there; export it as jsonl, or drop it")
            }
            guard value.string != nil || !FlatReading.known.contains(name) else {
                throw FlxError(
                    .invalidValue,
                    "event \(event.id): '\(name)' is no text, and always one in csv, xes and ocel; export it as jsonl, or drop it")
            }
            if !["specversion", "id", "type", "subject", "time"].contains(name) { attributes.append(Field(name: name, value: value)) }
        }
        if let type = event.payload.contentType { attributes.append(Field(name: "datacontenttype", value: .string(type))) }
        guard event.payload.form == .json, event.payload.bytes.first == UInt8(ascii: "{") else { return }
        var data = try JSONReader(event.payload.bytes.span, limits: .inMemory)
        try readObject(&data, at: "", depth: 1)
        if pointerBytes > Self.mostPointerBytes { fields = [] }
    }

    private mutating func readObject(_ json: inout JSONReader, at pointer: String, depth: Int) throws(FlxError) {
        try json.beginObject()
        while pointerBytes <= Self.mostPointerBytes, let name = try json.nextKey() {
            let place = pointer + "/" + JSONPointer.escaped(name)
            pointerBytes += place.utf8.count
            if try json.peek() == .object, depth < Self.deepest, place.utf8.count <= Self.longestPointer {
                let count = fields.count
                try readObject(&json, at: place, depth: depth + 1)
                if fields.count == count { fields.append(Field(name: place, value: [:])) }
            } else {
                fields.append(Field(name: place, value: try EventValue(json: &json)))
            }
        }
    }

    /// The data as a whole, if some of its values, in an order, do not represent it; nil if they do, and for no data.
    func whole(besides told: [Field]) -> Field? {
        let payload = event.payload
        switch payload.form {
        case .none: return nil
        case .binary: return Field(name: "data_base64", value: .string(Base64.text(of: payload.bytes)))
        case .text: return Field(name: "data", value: .string(String(decoding: payload.bytes, as: UTF8.self)))
        case .json:
            if !told.isEmpty, told.count == fields.count {
                var reading = FlatReading()
                for field in told { try? reading.take(field.name, field.value) }
                if let bytes = try? reading.data?.json(), bytes == payload.bytes { return nil }
            }
            return Field(name: "data", value: .string(String(decoding: payload.bytes, as: UTF8.self)))
        }
    }
}
