import FlxCore

/// Names and values of one level that become an event again.
struct FlatReading {
    private(set) var attributes: [(name: String, value: EventValue)] = []
    /// The data that was told by its values.
    private(set) var data: EventValue?
    private var whole: EventValue?

    /// The attributes whose names mean the same everywhere.
    static let known: Set = [
        "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "schemaversion", "correlationid", "causationid",
        "userid", "partitionkey", "traceparent", "tracestate", "tags",
    ]

    /// Takes a value: of an attribute, of the data by a pointer, or the data as a whole.
    mutating func take(_ name: String, _ value: EventValue) throws(FlxError) {
        if name.utf8.first == UInt8(ascii: "/") {
            var object = data ?? [:]
            try Self.put(value, at: try Self.path(name)[...], in: &object)
            data = object
        } else if name == "data" || name == "data_base64" {
            whole = value
            if name == "data_base64" { attributes.append((name, value)) }
        } else {
            attributes.removeAll { ExactText.same($0.name, name) }
            attributes.append((name, value))
        }
    }

    /// Gives an attribute a value if it has none.
    mutating func fill(_ name: String, _ value: @autoclosure () -> EventValue) {
        if self[name] == nil { attributes.append((name, value())) }
    }

    /// The value of an attribute.
    subscript(name: String) -> EventValue? { attributes.first { ExactText.same($0.name, name) }?.value }

    /// The text of the CloudEvent.
    func cloudEvent() throws(FlxError) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
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
            object[name] = value
            return
        }
        var inner = object[name] ?? [:]
        guard inner.object != nil else { throw FlxError(.invalidValue, "'\(name.prefix(40))' is a value and an object too") }
        try put(value, at: path.dropFirst(), in: &inner)
        object[name] = inner
    }

    private static func path(_ pointer: String) throws(FlxError) -> [String] {
        guard pointer.utf8.count <= 4096 else { throw FlxError(.limitExceeded, "a pointer of \(pointer.utf8.count) bytes is too long") }
        var path: [String] = []
        for step in pointer.parts(at: "/").dropFirst() {
            guard let name = JSONPointer.unescaped(step) else {
                throw FlxError(.invalidValue, "'\(pointer.prefix(40))' is no JSON pointer: behind '~' stands 0 or 1")
            }
            path.append(name)
        }
        guard path.count <= 63 else { throw FlxError(.limitExceeded, "a pointer of \(path.count) steps is too deep") }
        return path
    }
}
