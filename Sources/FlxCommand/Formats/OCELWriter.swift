import FlxCore

/// Writes an object-centric log (OCEL 2.0 in JSON): streams and tags are objects, and an event is related to its own; see
/// ``OCELSplitter``. The attributes of all types are in memory while it is written, and so many names of objects: a log with more of them
/// is surveyed more than once.
struct OCELWriter: LogWriter {
    static let hasSurvey = true

    private static let maximumAttributes = 10_000
    private static let maximumObjectTypes = 10_000

    /// The attributes of each type with their kinds.
    private var types: [ExactText: [ExactText: String]] = [:]
    private var attributeCount = 0
    private var objectTypes: Set<ExactText> = []
    private var objects: ObjectNames
    /// Whether the first survey is over, and an object was written, and an event.
    private var (hasDeclared, hasObject, hasEvent) = (false, false, false)

    /// - Parameter names: So many names of objects are in memory.
    init(names: Int = 50_000) {
        objects = ObjectNames(most: names)
    }

    var hasBegun: Bool { objects.isComplete }

    mutating func survey(_ event: Event) throws(FlxError) {
        for object in Self.objects(of: event) { objects.add(object.id, object.type) }
        guard !hasDeclared else { return }
        objectTypes.formUnion(Self.objects(of: event).map { ExactText($0.type) })
        guard objectTypes.count <= Self.maximumObjectTypes else {
            throw FlxError(.limitExceeded, "the tags have more than \(Self.maximumObjectTypes) different kinds, and OCEL declares each")
        }
        let flat = try FlatEvent(event)
        var attributes = types[event.type.description] ?? [:]
        for (name, value) in Self.attributes(of: flat) {
            let kind = Self.kind(of: value)
            if let other = attributes[name] {
                if other != kind { attributes[name] = Set([other, kind]) == ["integer", "float"] ? "float" : "string" }
            } else {
                attributeCount += 1
                attributes[name] = kind
            }
        }
        guard attributeCount <= Self.maximumAttributes else {
            throw FlxError(.limitExceeded, "the data has more than \(Self.maximumAttributes) different fields, and OCEL declares each")
        }
        types[event.type.description] = attributes
    }

    mutating func begin() throws(FlxError) -> [UInt8] {
        var bytes = hasDeclared ? [] : try declarations()
        for (name, type) in objects.take() {
            if hasObject { bytes.append(UInt8(ascii: ",")) }
            hasObject = true
            bytes += try (["id": .string(name), "type": .string(type), "attributes": [], "relationships": []] as EventValue).json()
        }
        return hasBegun ? bytes + Array("],\"events\":[\n".utf8) : bytes
    }

    private mutating func declarations() throws(FlxError) -> [UInt8] {
        hasDeclared = true
        var json = JSONWriter(capacity: 1 << 12)
        json.beginObject()
        json.key("objectTypes")
        json.beginArray()
        for type in objectTypes.sorted() { try Self.declare(type, [:], to: &json) }
        json.endArray()
        json.key("eventTypes")
        json.beginArray()
        for (type, attributes) in types.sorted(by: { $0.key < $1.key }) { try Self.declare(type, attributes, to: &json) }
        json.endArray()
        return json.finish() + Array(",\"objects\":[".utf8)
    }

    mutating func write(_ recorded: RecordedEvent) throws(FlxError) -> [UInt8] {
        let event = recorded.event
        var attributes = Self.attributes(of: try FlatEvent(event)).map { name, value in
            ["name": .string(name), "value": Self.plain(name, value)] as EventValue
        }
        // Each event of OCEL has a time, so that of one without is told apart.
        if event.time == nil { attributes.append(["name": "time", "value": "null"]) }
        var relations: [EventValue] = []
        for object in Self.objects(of: event) {
            relations.append(["objectId": .string(object.id), "qualifier": .string(object.qualifier)])
        }
        let value: EventValue = [
            "id": .string(event.id.description), "type": .string(event.type.description),
            "time": .string((event.time ?? recorded.recordedTime).description), "attributes": .array(attributes),
            "relationships": .array(relations),
        ]
        defer { hasEvent = true }
        return Array((hasEvent ? ",\n" : "").utf8) + (try value.json())
    }

    func end() -> [UInt8] { Array("\n]}\n".utf8) }

    private static func declare(_ name: ExactText, _ attributes: [ExactText: String], to json: inout JSONWriter) throws(FlxError) {
        let list = attributes.sorted { $0.key < $1.key }.map { name, type in
            ["name": .string(name.description), "type": .string(type)] as EventValue
        }
        try json.write(["name": .string(name.description), "attributes": .array(list)] as EventValue)
    }

    private static func objects(of event: Event) -> [(id: String, type: String, qualifier: String)] {
        var objects: [(id: String, type: String, qualifier: String)] = []
        if let stream = event.stream { objects.append((stream.description, "stream", "stream")) }
        for tag in event.tags where !ExactText.same(tag.description, event.stream?.description) {
            let kind = tag.description.halves(at: ":").map { String($0.0.isEmpty ? $0.1 : $0.0) }
            objects.append((tag.description, kind ?? "tag", "tag"))
        }
        return objects
    }

    private static func attributes(of flat: FlatEvent) -> [(String, EventValue)] {
        let whole = flat.whole(besides: flat.fields).map { [$0] } ?? []
        return (flat.attributes + flat.fields + whole).map { ($0.name, $0.value) }
    }

    private static func kind(of value: EventValue) -> String {
        switch value {
        case .bool: "boolean"
        case .number(let number): number.int64 != nil && Int64(number.text) != nil ? "integer" : "float"
        default: "string"
        }
    }

    /// Values of the kinds that OCEL has stand as they are, all others as the text of their JSON.
    private static func plain(_ name: String, _ value: EventValue) -> EventValue {
        switch value {
        case .bool, .number: value
        case .string where name == "data" || name == "data_base64": value
        default: .string(Cell.text(of: value, isTyped: true))
        }
    }
}
