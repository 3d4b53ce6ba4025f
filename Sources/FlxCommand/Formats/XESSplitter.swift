import FlxCore

/// Cuts a log of XES (IEEE 1849-2016) into events: a trace is a stream, an event's `concept:name` its type and `time:timestamp` its time.
///
/// What `flx export` wrote comes back as it was. In a log of somebody else, the other attributes of an event are fields of its data,
/// those of the trace too, with `case:` before them; an event without an id gets one that is made of its trace, its place and its name.
struct XESSplitter: LogSplitter {
    /// Lists and containers are passed over below this depth.
    private static let deepest = 32

    private var scanner = XMLScanner()
    private var path: [String] = []
    private var trace: [(key: String, value: EventValue)] = []
    private var event: [(key: String, value: EventValue)] = []
    private var eventLine = 1
    private var eventsInTrace = 0
    private var bytes = 0
    private var hasFailed = false
    private var hasLog = false

    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        guard !hasFailed else { return [] }
        scanner.append(piece)
        var items: [TextItem] = []
        do throws(FlxError) {
            while let tag = try scanner.next() { try handle(tag, &items) }
        } catch {
            fail(error.message, &items)
        }
        return items
    }

    mutating func finish() -> [TextItem] {
        guard !hasFailed else { return [] }
        var items: [TextItem] = []
        if scanner.isInside || !path.isEmpty {
            fail("the document does not end; the input was cut off", &items)
        } else if !hasLog {
            fail("there is no log of XES in it", &items)
        }
        return items
    }

    private mutating func fail(_ reason: String, _ items: inout [TextItem]) {
        hasFailed = true
        items.append(TextItem(line: scanner.line, bytes: [], fault: reason))
    }

    private mutating func handle(_ tag: XMLTag, _ items: inout [TextItem]) throws(FlxError) {
        if tag.isEnd {
            guard path.popLast() == tag.name else { throw FlxError(.malformed, "'</\(tag.name.prefix(40))>' ends what was not begun") }
            if path == ["log", "trace"], tag.name == "event" { items.append(end()) }
            return
        }
        guard !path.isEmpty || tag.name == "log" && !hasLog else {
            throw FlxError(.malformed, "'<\(tag.name.prefix(40))>' is no log of XES")
        }
        guard path.count < Self.deepest else { throw FlxError(.limitExceeded, "tags are nested deeper than \(Self.deepest) levels") }
        begin(tag)
        if !tag.isEmpty {
            path.append(tag.name)
        } else if path == ["log", "trace"], tag.name == "event" {
            items.append(end())
        }
    }

    private mutating func begin(_ tag: XMLTag) {
        switch (path, tag.name) {
        case ([], _): hasLog = true
        case (["log"], "trace"): (trace, eventsInTrace) = ([], 0)
        case (["log", "trace"], "event"): (event, eventLine, bytes) = ([], scanner.line, 0)
        case (["log", "trace"], _): if let attribute = attribute(tag) { trace.append(attribute) }
        case (["log", "trace", "event"], _): if let attribute = attribute(tag) { event.append(attribute) }
        default: break
        }
    }

    private func attribute(_ tag: XMLTag) -> (key: String, value: EventValue)? {
        guard let key = tag["key"], let text = tag["value"] else { return nil }
        // The data as a whole is a text, which is JSON only where its media type says so.
        if key == "data" || key == "data_base64" { return (key, .string(text)) }
        switch tag.name {
        case "int", "float":
            // A number that JSON does not have, such as NaN, stays the text that it is.
            return (key, JSONNumber(text).map { .number($0) } ?? .string(text))
        case "boolean": return (key, text == "true" || text == "1" ? true : text == "false" || text == "0" ? false : .string(text))
        case "string": return (key, Cell.value(of: text, isTyped: true))
        default: return (key, .string(text))
        }
    }

    private mutating func end() -> TextItem {
        eventsInTrace += 1
        do throws(FlxError) {
            return TextItem(line: eventLine, bytes: try cloudEvent())
        } catch {
            return TextItem(line: eventLine, bytes: [], fault: error.message)
        }
    }

    private func cloudEvent() throws(FlxError) -> [UInt8] {
        let isOurs = event.contains { $0.key == "source" }
        let name = trace.first { $0.key == "concept:name" }?.value
        var reading = FlatReading()
        if !isOurs {
            for (key, value) in trace where key != "concept:name" { try reading.take("/case:" + JSONPointer.escaped(key), value) }
        }
        for (key, value) in event {
            switch key {
            case "concept:name": try reading.take("type", value)
            case "time:timestamp": try reading.take("time", value)
            case "identity:id": try reading.take("id", value)
            case _ where isOurs || key.begins(with: "/"): try reading.take(key, value)
            default: try reading.take("/" + JSONPointer.escaped(key), value)
            }
        }
        if let name { reading.fill("subject", .string(name.string ?? name.description)) }
        guard !isOurs else { return try reading.cloudEvent() }
        let place = "\(name ?? .null)/\(eventsInTrace)/\(reading["type"] ?? .null)/\(reading["time"] ?? .null)"
        reading.fill("id", .string(EventID(derivedFrom: place).description))
        reading.fill("source", "/import")
        reading.fill("type", "event")
        return try reading.cloudEvent()
    }
}
