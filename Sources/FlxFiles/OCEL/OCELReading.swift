import FlxCore

/// Makes events of those of an object-centric log; see ``OCELSplitter``.
struct OCELReading {
    /// The maximum number of attributes declared in a document.
    private static let maximumAttributes = 100_000

    private let reading: LogReading
    /// The declared kinds of the attributes, by the event's type and the attribute's name.
    private var kinds: [ExactText: [ExactText: String]] = [:]
    private var count = 0
    private(set) var leftOut = LeftOut()

    init(_ reading: LogReading) {
        self.reading = reading
    }

    /// Takes the declaration of a type of events.
    mutating func declare(_ type: EventValue) throws(FlxError) {
        guard let name = type["name"]?.string else { throw FlxError(.malformed, "a type has no name") }
        for attribute in try Self.list("attributes", of: type) {
            guard let attributeName = attribute["name"]?.string, let kind = attribute["type"]?.string else { continue }
            kinds[ExactText(name), default: [:]][ExactText(attributeName)] = kind
            count += 1
        }
        guard count <= Self.maximumAttributes else {
            throw FlxError(.limitExceeded, "more than \(Self.maximumAttributes) attributes are declared")
        }
    }

    /// The members of an optional list.
    private static func list(_ name: String, of value: EventValue) throws(FlxError) -> [EventValue] {
        guard let list = value[name], !list.isNull else { return [] }
        guard let members = list.array else { throw FlxError(.malformed, "'\(name)' is no list") }
        return members
    }

    /// The number of members of a list or an object.
    private static func count(_ value: EventValue?) -> Int64 {
        Int64(value?.array?.count ?? value?.object.map { Array($0).count } ?? 0)
    }

    /// Notes the parts of an object without a place in events.
    mutating func leaveOut(object: EventValue) {
        leftOut.add("attributes of objects", Self.count(object["attributes"]))
        leftOut.add("relations between objects", Self.count(object["relationships"]))
    }

    /// The text of the CloudEvent of an event.
    mutating func cloudEvent(_ event: EventValue, number: Int) throws(FlxError) -> (text: [UInt8], isIDDerived: Bool) {
        var flat = FlatReading()
        for name in ["id", "type", "time"] {
            if let value = event[name] { try flat.take(name, value) }
        }
        let attributes = try Self.list("attributes", of: event)
        let isOurs = attributes.contains { $0["name"] == .string(FlatReading.mark) }
        let kinds = kinds[ExactText(event["type"]?.string ?? "")] ?? [:]
        for attribute in attributes {
            guard let name = attribute["name"]?.string, let value = attribute["value"] else {
                throw FlxError(.malformed, "an attribute has no name, or no value")
            }
            let kind = kinds[ExactText(name)]
            if isOurs { try Self.take(name, value, kind, into: &flat) } else { try flat.take(path: [name], Self.typed(value, kind)) }
        }
        try relate(event, isOurs: isOurs, &flat)
        guard !isOurs else { return (try flat.cloudEvent(), false) }
        let members = ["id", "type", "time", "attributes", "relationships"]
        for (name, _) in event.object.map({ Array($0) }) ?? [] where !members.contains(name.description) {
            leftOut.add("unknown members of events")
        }
        return try flat.foreignEvent(type: "event", reading, at: [number])
    }

    /// Takes an attribute written by this program.
    private static func take(_ name: String, _ value: EventValue, _ kind: String?, into flat: inout FlatReading) throws(FlxError) {
        guard let text = value.string else { return try flat.take(name, value) }
        if name == "data" || name == "data_base64" {
            try flat.take(name, value)
        } else if name.utf8.first == UInt8(ascii: "/") {
            let typed = typed(value, kind)
            try flat.take(name, typed == value ? Cell.value(of: text, isTyped: true) : typed)
        } else if name == OCELWriter.noTime {
            flat.removeTime()
        } else if FlatReading.known.contains(name) {
            try flat.take(name, .string(Cell.unquoted(text)))
        } else {
            try flat.take(name, Cell.value(of: text, isTyped: false))
        }
    }

    /// The value of a text with a declared kind, as far as it is of that kind.
    private static func typed(_ value: EventValue, _ kind: String?) -> EventValue {
        guard let text = value.string else { return value }
        switch kind {
        case "integer", "float": return JSONNumber(text).map { .number($0) } ?? value
        case "boolean": return text == "true" ? true : text == "false" ? false : value
        default: return value
        }
    }

    /// Gives an event its stream and its tags.
    private mutating func relate(_ event: EventValue, isOurs: Bool, _ flat: inout FlatReading) throws(FlxError) {
        var objects: [(id: String, qualifier: String)] = []
        for relation in try Self.list("relationships", of: event) {
            guard let id = relation["objectId"]?.string else { throw FlxError(.malformed, "a relation names no object") }
            objects.append((id, relation["qualifier"]?.string ?? ""))
        }
        if let stream = objects.first(where: { $0.qualifier == "stream" }) ?? (isOurs ? nil : objects.first) {
            flat.fill("subject", .string(stream.id))
        }
        guard !isOurs else { return }
        // An event may be related to an object more than once, in several roles.
        var seen: Set<ExactText> = []
        let ids = objects.map(\.id).filter { seen.insert(ExactText($0)).inserted }
        let labels = ids.filter { !$0.utf8.contains(UInt8(ascii: ",")) && (try? Tag($0)) != nil }
        if !labels.isEmpty { flat.fill("tags", .string(labels.joined(separator: ","))) }
        leftOut.add("objects whose ids cannot be tags", Int64(ids.count - labels.count))
        leftOut.add("qualifiers of relations", Int64(objects.count { !$0.qualifier.isEmpty && $0.qualifier != "stream" }))
    }
}
