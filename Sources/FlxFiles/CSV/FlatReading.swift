import FlxCore

/// Names and values of one level, for an event to be restored.
struct FlatReading {
    /// The attribute found only in exports of this program, with the version of the form. In a log with it, names are those of attributes;
    /// in any other log they are fields of the data.
    static let mark = "flxformat"
    static let version = "1"

    /// The most attributes of an event; a store takes fewer.
    private static let maximumAttributes = 1_000
    /// The most steps to a place in the data.
    private static let deepest = 63

    private(set) var attributes: [(name: String, value: EventValue)] = []
    /// The data read from its values.
    private(set) var data: EventValue?
    private var whole: EventValue?

    /// The attributes with texts.
    static let known = Set(["id", "source", "type", "subject", "time", "datacontenttype", "dataschema"])
        .union(CloudEventsJSON.Property.allCases.filter { $0 != .schemaversion }.map(\.rawValue))

    /// Takes a value: of an attribute, of the data by a pointer, or the data as a whole.
    mutating func take(_ name: String, _ value: EventValue) throws(FlxError) {
        if name.utf8.first == UInt8(ascii: "/") {
            try take(path: try Self.path(name), value)
        } else if name == "data" || name == "data_base64" {
            guard whole == nil else { throw Self.twice(name) }
            whole = value
            if name == "data_base64" { attributes.append((name, value)) }
        } else if name == Self.mark {
            guard value.string ?? value.description == Self.version else {
                throw FlxError(.incompatibleFormat, "it was written in form \(value.description.prefix(20)), and this program reads form 1")
            }
        } else {
            guard self[name] == nil else { throw Self.twice(name) }
            guard attributes.count < Self.maximumAttributes else {
                throw FlxError(.limitExceeded, "more than \(Self.maximumAttributes) attributes")
            }
            attributes.append((name, value))
        }
    }

    /// Takes a value of the data.
    mutating func take(path: [String], _ value: EventValue) throws(FlxError) {
        try Self.check(path)
        // The object must not be shared while it changes.
        var object = data ?? [:]
        data = nil
        defer { data = object }
        try Self.put(value, at: path[...], in: &object)
    }

    /// Takes the time away: the event has none of its own.
    mutating func removeTime() {
        attributes.removeAll { $0.name == "time" }
    }

    /// Gives an attribute a value if it has none.
    mutating func fill(_ name: String, _ value: @autoclosure () -> EventValue) {
        if self[name] == nil { attributes.append((name, value())) }
    }

    /// The value of an attribute.
    subscript(name: String) -> EventValue? { attributes.first { ExactText.same($0.name, name) }?.value }

    /// The CloudEvent text of an event in a foreign log. Without an id it gets one computed from it.
    /// - Parameters:
    ///   - type: Its type if it has none.
    ///   - place: Its place in the log.
    mutating func foreignEvent(
        type: String, _ reading: LogReading, at place: [Int]
    ) throws(FlxError) -> (text: [UInt8], isIDDerived: Bool) {
        fill("source", "/import")
        fill("type", .string(type))
        if let index = attributes.firstIndex(where: { $0.name == "time" }), let text = attributes[index].value.string {
            attributes[index].value = .string(try reading.time(text))
        }
        guard self["id"] == nil else { return (try cloudEvent(), false) }
        let text = try cloudEvent()
        fill("id", .string(reading.id(of: text, at: place).description))
        return (try cloudEvent(), true)
    }

    /// The text of the CloudEvent.
    func cloudEvent() throws(FlxError) -> [UInt8] {
        // The data is one level inside.
        var json = JSONWriter(maximumDepth: CloudEventsJSON.eventLimits.maximumDepth)
        json.beginObject()
        json.key("specversion")
        json.write("1.0")
        for (name, value) in attributes where !value.isNull { try json.field(name, value) }
        let type = self["datacontenttype"]?.string
        if let whole, self["data_base64"] == nil {
            json.key("data")
            if type == nil || ContentType(mediaType: type ?? "") == .json, let text = whole.string {
                json.writeRaw(json: try Payload.json(Array(text.utf8)).bytes)
            } else {
                try whole.write(to: &json)
            }
        } else if let data, self["data_base64"] == nil {
            try json.field("data", data)
        }
        json.endObject()
        return json.finish()
    }

    private static func put(_ value: EventValue, at path: ArraySlice<String>, in object: inout EventValue) throws(FlxError) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            guard object[name] == nil else { throw twice(name) }
            object[name] = value
            return
        }
        var inner = object[name] ?? [:]
        guard inner.object != nil else { throw FlxError(.invalidValue, "'\(name.prefix(40))' is a value and an object too") }
        object[name] = .null
        defer { object[name] = inner }
        try put(value, at: path.dropFirst(), in: &inner)
    }

    private static func twice(_ name: String) -> FlxError { FlxError(.invalidValue, "'\(name.prefix(40))' is there twice") }

    static func path(_ pointer: String) throws(FlxError) -> [String] {
        guard pointer.utf8.count <= 4096 else { throw FlxError(.limitExceeded, "a pointer of \(pointer.utf8.count) bytes is too long") }
        var path: [String] = []
        // The path is parted as bytes: a mark behind a slash makes no other character of it.
        for step in pointer.parts(at: "/").dropFirst() {
            guard let name = JSONPointer.unescaped(step) else {
                throw FlxError(.invalidValue, "'\(pointer.prefix(40))' is no JSON pointer: '~' must be followed by 0 or 1")
            }
            path.append(name)
        }
        try check(path)
        return path
    }

    private static func check(_ path: [String]) throws(FlxError) {
        guard path.count <= deepest else { throw FlxError(.limitExceeded, "a place in the data of \(path.count) steps is too deep") }
    }
}
