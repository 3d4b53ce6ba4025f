import FlxCore

/// Writes a log of XES (IEEE 1849-2016): a stream is a trace, the type of an event its activity; see ``XESSplitter``.
struct XESWriter: LogWriter {
    static let isByStream = true
    private static let mostTraceBytes = 1 << 13

    private var trace: StreamName?
    private var isInTrace = false

    func begin() -> [UInt8] {
        Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
            <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
            <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
            <extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
            <classifier name="Activity" keys="concept:name"/>

            """.utf8)
    }

    mutating func write(_ recorded: RecordedEvent) throws(FlxError) -> [UInt8] {
        let event = recorded.event
        var head = ""
        if !isInTrace || trace != event.stream {
            if isInTrace { head += "</trace>\n" }
            head += "<trace>\n"
            if let stream = event.stream { head += try Self.attribute("concept:name", .string(stream.description), event) }
            (trace, isInTrace) = (event.stream, true)
        }
        var xml = "<event><int key=\"\(FlatReading.mark)\" value=\"\(FlatReading.version)\"/>"
        xml += try Self.attribute("concept:name", .string(event.type.description), event)
        if let time = event.time { xml += try Self.element("date", "time:timestamp", time.description, event) }
        if event.id.uuid != nil {
            xml += try Self.element("id", "identity:id", event.id.description, event)
        } else {
            xml += try Self.attribute("id", .string(event.id.description), event)
        }
        let flat = try FlatEvent(event)
        for field in flat.attributes + flat.fields { xml += try Self.attribute(XESKey.of(field.name), field.value, event) }
        if let whole = flat.whole(besides: flat.fields.map { .init(name: $0.name, value: Self.readBack($0.value)) }) {
            // An escape in the place of a character would make other bytes of the data.
            xml += try Self.element("string", whole.name, whole.value.string ?? "", event)
        }
        xml += "</event>\n"
        // A reader also counts the attributes of the trace; there is one.
        guard xml.utf8.count <= TextSplitter.maximumBytes - Self.mostTraceBytes else {
            throw FlxError(
                .limitExceeded, "event \(event.id): as XES it has \(xml.utf8.count) bytes, and would not be read again; export it as jsonl")
        }
        return Array((head + xml).utf8)
    }

    func end() -> [UInt8] {
        Array(((isInTrace ? "</trace>\n" : "") + "</log>\n").utf8)
    }

    /// The value as a reader understands the written one.
    private static func readBack(_ value: EventValue) -> EventValue {
        guard let number = value.number else { return value }
        return kind(of: number) == "string" ? .string(number.text) : value
    }

    private static func attribute(_ key: String, _ value: EventValue, _ event: Event) throws(FlxError) -> String {
        switch value {
        case .bool(let value): return try element("boolean", key, value ? "true" : "false", event)
        case .number(let number): return try element(kind(of: number), key, number.text, event)
        case .string(let text) where XMLText.isAllowed(text): return try element("string", key, Cell.text(of: value, isTyped: true), event)
        default: return try element("string", key, escapedJSON(value.description), event)
        }
    }

    /// The element for a number: a whole one of 64 bits, one with an exact Double, or a text.
    private static func kind(of number: JSONNumber) -> String {
        let text = number.text
        if Int64(text) != nil, text != "-0" { return "int" }
        let isWhole = text.utf8.allSatisfy { $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }
        return !isWhole && number.double != nil ? "float" : "string"
    }

    private static func element(_ name: String, _ key: String, _ value: String, _ event: Event) throws(FlxError) -> String {
        guard XMLText.isAllowed(value) else {
            throw FlxError(.invalidValue, "event \(event.id): XML has no place for a character of '\(key.prefix(40))'; export it as jsonl")
        }
        return "<\(name) key=\"\(key)\" value=\"\(XMLText.escaped(value))\"/>"
    }

    /// JSON without characters outside XML.
    private static func escapedJSON(_ json: String) -> String {
        guard !XMLText.isAllowed(json) else { return json }
        var text = ""
        for scalar in json.unicodeScalars {
            if XMLText.isAllowed(scalar) { text.unicodeScalars.append(scalar) } else { text += "\\u" + String(scalar.value, radix: 16) }
        }
        return text
    }
}
