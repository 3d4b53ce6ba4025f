import FlxCore

/// Writes an object-centric log (OCEL 2.0 in JSON): streams and tags are objects, and an event is related to its own; see ``OCELSplitter``.
/// During writing the attributes of all types are in memory, and a limited number of object names: a log with more of them is surveyed more
/// than once.
///
/// The values of attributes are texts, as required by the schema of the standard, and the declaration of the event's type contains their
/// kind. A field with several kinds is declared as a text. Events with another kind there also contain their data as a whole.
struct OCELWriter: LogWriter {
    static let hasSurvey = true
    /// The attribute of an event without a time: each event of OCEL has one.
    static let noTime = "flxnotime"

    private static let maximumAttributes = 10_000
    private static let maximumObjectTypes = 10_000

    /// The attributes of each type with their kinds.
    private var types: [ExactText: [ExactText: String]] = [:]
    private var attributeCount = 0
    private var objectTypes: Set<ExactText> = []
    private var objects: ObjectNames
    /// True if the first survey is over, and an object was written, and an event.
    private var (hasDeclared, hasObject, hasEvent) = (false, false, false)

    private let mostDeclared: Int

    /// - Parameters:
    ///   - names: The maximum number of object names in memory.
    ///   - mostDeclared: The maximum number of bytes of the declarations.
    init(names: Int = 50_000, mostDeclared: Int = OCELSplitter.maximumTypes) {
        (objects, self.mostDeclared) = (ObjectNames(most: names), mostDeclared)
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
        var attributes = types[ExactText(event.type.description)] ?? [:]
        func declare(_ name: String, _ kind: String) {
            let name = ExactText(name)
            guard let other = attributes[name] else {
                attributeCount += 1
                attributes[name] = kind
                return
            }
            guard other != kind else { return }
            let isNumber = Set([other, kind]) == ["integer", "float"]
            attributes[name] = isNumber ? "float" : "string"
            // Values of other kinds than the declared one are in the data as a whole.
            if !isNumber, attributes[ExactText("data")] == nil { attributes[ExactText("data")] = "string" }
        }
        declare(FlatReading.mark, "integer")
        if event.time == nil { declare(Self.noTime, "boolean") }
        for field in flat.attributes + flat.fields { declare(field.name, Self.kind(of: field.value)) }
        if let whole = flat.whole(besides: flat.fields) { declare(whole.name, "string") }
        types[ExactText(event.type.description)] = attributes
        guard attributeCount <= Self.maximumAttributes else {
            throw FlxError(.limitExceeded, "the data has more than \(Self.maximumAttributes) different fields, and OCEL declares each")
        }
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
        for type in objectTypes.sorted() { try Self.declare(type.description, [:], to: &json) }
        json.endArray()
        json.key("eventTypes")
        json.beginArray()
        for (type, attributes) in types.sorted(by: { $0.key < $1.key }) { try Self.declare(type.description, attributes, to: &json) }
        json.endArray()
        guard json.count <= mostDeclared else {
            throw FlxError(
                .limitExceeded, "the declarations have \(json.count) bytes, and would not be read again; export the events as jsonl")
        }
        return json.finish() + Array(",\"objects\":[".utf8)
    }

    mutating func write(_ recorded: RecordedEvent) throws(FlxError) -> [UInt8] {
        let event = recorded.event
        let flat = try FlatEvent(event)
        let kinds = types[ExactText(event.type.description)] ?? [:]
        var attributes = [(FlatReading.mark, FlatReading.version)]
        if event.time == nil { attributes.append((Self.noTime, "true")) }
        attributes += flat.attributes.map { ($0.name, Self.attribute($0)) }
        attributes += flat.fields.map { ($0.name, Self.text($0.value)) }
        let readBack = flat.fields.map { FlatEvent.Field(name: $0.name, value: Self.readBack($0.value, kinds[ExactText($0.name)])) }
        if let whole = flat.whole(besides: readBack) { attributes.append((whole.name, whole.value.string ?? "")) }
        let relations = Self.objects(of: event).map { ["objectId": .string($0.id), "qualifier": .string($0.qualifier)] as EventValue }
        let value: EventValue = [
            "id": .string(event.id.description), "type": .string(event.type.description),
            "time": .string((event.time ?? recorded.recordedTime).description),
            "attributes": .array(attributes.map { ["name": .string($0.0), "value": .string($0.1)] as EventValue }),
            "relationships": .array(relations),
        ]
        defer { hasEvent = true }
        return Array((hasEvent ? ",\n" : "").utf8) + (try Self.readable(value, "event \(event.id)"))
    }

    func end() -> [UInt8] { Array("\n]}\n".utf8) }

    private static func declare(_ name: String, _ attributes: [ExactText: String], to json: inout JSONWriter) throws(FlxError) {
        let list = attributes.sorted { $0.key < $1.key }.map { name, kind in
            ["name": .string(name.description), "type": .string(kind)] as EventValue
        }
        json.writeRaw(json: try readable(["name": .string(name), "attributes": .array(list)], "the declaration of '\(name)'"))
    }

    /// The text of an element, if a reader takes it.
    private static func readable(_ value: EventValue, _ what: @autoclosure () -> String) throws(FlxError) -> [UInt8] {
        let text = try value.json()
        guard text.count <= TextSplitter.maximumBytes else {
            throw FlxError(
                .limitExceeded, "\(what()): as OCEL it has \(text.count) bytes, and would not be read again; export the events as jsonl")
        }
        return text
    }

    private static func objects(of event: Event) -> [(id: String, type: String, qualifier: String)] {
        var objects: [(id: String, type: String, qualifier: String)] = []
        if let stream = event.stream { objects.append((stream.description, "stream", "stream")) }
        for tag in event.tags where !ExactText.same(tag.description, event.stream?.description) {
            let kind = tag.description.halves(at: ":").map(\.0)
            objects.append((tag.description, kind.flatMap { $0.isEmpty ? nil : String($0) } ?? "tag", "tag"))
        }
        return objects
    }

    private static func kind(of value: EventValue) -> String {
        switch value {
        case .bool: "boolean"
        case .number(let number): number.int64 != nil && Int64(number.text) != nil ? "integer" : "float"
        default: "string"
        }
    }

    /// The text of an attribute of the event.
    private static func attribute(_ field: FlatEvent.Field) -> String {
        guard let text = field.value.string else { return field.value.description }
        return FlatReading.known.contains(field.name) ? Cell.quoted(text) : Cell.text(of: field.value, isTyped: false)
    }

    /// The text of a value of the data.
    private static func text(_ value: EventValue) -> String {
        switch value {
        case .bool, .number: value.description
        default: Cell.text(of: value, isTyped: true)
        }
    }

    /// The value as a reader understands the written one.
    private static func readBack(_ value: EventValue, _ declared: String?) -> EventValue {
        switch value {
        case .bool, .number: declared == kind(of: value) || declared == "float" && value.number != nil ? value : .string(value.description)
        default: declared == "string" ? value : .null
        }
    }
}
