import FlxCore

/// Cuts a log of XES (IEEE 1849-2016) into events: a trace is a stream, an event's `concept:name` its type and `time:timestamp` its time.
///
/// Events from `flx export` are restored unchanged. In a foreign log, the other attributes of an event are fields of its data. So are those
/// of the trace, with `case:` before them; see ``XESElement``. An event without an id gets one computed from its place in the log and its
/// content. An event outside of the traces has no stream.
struct XESSplitter: LogSplitter {
    /// The deepest element.
    private static let deepest = 32
    /// The maximum number of bytes of items returned at a time: each event of a trace has the attributes of the trace.
    private static let mostBytes = 8 << 20
    /// A number of bytes added to the length of the log for the comparison with the attributes of its traces.
    private static let leastBytes = 1 << 16

    private let reading: LogReading
    /// The greatest ratio between the attributes of traces, in all events together, and the length of the log.
    private let mostSpread: Int
    /// The bytes taken, and those of the attributes of traces in their events.
    private var (taken, spread) = (0, 0)
    private var scanner = XMLScanner()
    private var path: [String] = []
    /// The prefix of the names of elements, such as `xes:`; empty if their namespace is the default.
    private var prefix = ""
    private var head: [UInt8] = []
    private var trace: XESElement?
    private var traceNumber = 0
    /// The names of all traces, as a short hash of each. They become streams, without a mark at the end of a trace.
    private var traceNames: Set<UInt64> = []
    /// True if the trace has an event from another program.
    private var isForeign = false
    private var traceText: [UInt8] = []
    private var traceFault: String?
    private var event: XESElement?
    private var eventText: [UInt8] = []
    private var eventLine = 1
    /// The number of the event in its trace.
    private var eventNumber = 0
    /// The number of events outside of the traces.
    private var looseNumber = 0
    private var eventFault: String?
    /// The open attributes, from the outermost on.
    private var open: [XESElement] = []
    /// Below this depth everything is passed over.
    private var passedDepth: Int?
    private var hasFailed = false
    private var hasLog = false
    private var others = LeftOut()
    private(set) var hasMore = false

    init(_ reading: LogReading = LogReading(), mostSpread: Int = 1_000) {
        (self.reading, self.mostSpread) = (reading, mostSpread)
    }

    var leftOut: LeftOut {
        var all = others
        all.add("texts between the elements", scanner.texts)
        return all
    }

    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        guard !hasFailed else { return [] }
        taken += piece.count
        scanner.append(piece)
        return read(atMost: Self.mostBytes)
    }

    /// Handles the available tags, until their items have more than `most` bytes.
    private mutating func read(atMost most: Int) -> [TextItem] {
        var (items, bytes) = ([TextItem](), 0)
        hasMore = false
        do throws(FlxError) {
            while !hasMore, let tag = try scanner.next() {
                let count = items.count
                try handle(tag, &items)
                bytes += items[count...].reduce(0) { $0 + $1.bytes.count + $1.source.count }
                hasMore = bytes > most
            }
        } catch {
            fail(error.message, &items)
        }
        return items
    }

    mutating func finish() -> [TextItem] {
        guard !hasFailed else { return [] }
        var items = hasMore ? read(atMost: .max) : []
        guard !hasFailed else { return items }
        if scanner.isInside || !path.isEmpty {
            fail("the document does not end; the input was cut off", &items)
        } else if !hasLog {
            fail("there is no log of XES in it", &items)
        }
        return items
    }

    private mutating func fail(_ reason: String, _ items: inout [TextItem]) {
        hasFailed = true
        items.append(TextItem(line: scanner.line, bytes: [], fault: reason, endsLog: true))
    }

    private mutating func handle(_ found: XMLTag, _ items: inout [TextItem]) throws(FlxError) {
        if path.isEmpty, !hasLog { prefix = Self.prefix(of: found) }
        var tag = found
        // A name without the prefix is none of XES.
        if !prefix.isEmpty { tag.name = found.name.without(prefix: prefix).map(String.init) ?? ":" + found.name }
        if !tag.isEnd {
            guard !path.isEmpty || tag.name == "log" && !hasLog else {
                throw FlxError(.malformed, "'<\(found.name.prefix(40))>' is no log of XES")
            }
            guard path.count < Self.deepest else { throw FlxError(.limitExceeded, "tags are nested deeper than \(Self.deepest) levels") }
            begin(tag)
            keep(tag.raw)
            path.append(tag.name)
            guard tag.isEmpty else { return }
        } else {
            guard path.last.map({ $0.utf8.elementsEqual(tag.name.utf8) }) ?? false else {
                throw FlxError(.malformed, "'</\(found.name.prefix(40))>' has no opening tag")
            }
            keep(tag.raw)
        }
        path.removeLast()
        if let item = end() { items.append(item) }
        guard spread / mostSpread <= taken + Self.leastBytes else {
            throw FlxError(
                .limitExceeded,
                "the attributes of its traces, repeated in each of their events, are more than \(mostSpread) times as long as the log")
        }
    }

    /// The prefix of a log with a prefix for its namespace (Namespaces in XML, section 3).
    private static func prefix(of tag: XMLTag) -> String {
        guard let (prefix, name) = tag.name.halves(at: ":"), !prefix.isEmpty, name.isExactly("log"),
            tag["xmlns:\(prefix)"]?.isEmpty == false
        else { return "" }
        return prefix + ":"
    }

    private mutating func keep(_ raw: ArraySlice<UInt8>) {
        if event != nil {
            eventText += raw.prefix(max(0, TextSplitter.maximumBytes + 1 - eventText.count))
        } else if trace != nil, path.count > 1, passedDepth == nil {
            traceText += raw.prefix(max(0, TextSplitter.maximumBytes + 1 - traceText.count))
        }
    }

    private mutating func begin(_ tag: XMLTag) {
        guard passedDepth == nil else { return }
        switch (path, tag.name) {
        case ([], _):
            hasLog = true
            head = Array(tag.raw) + [UInt8(ascii: "\n")]
        case (["log"], "trace"):
            (trace, traceText, traceFault, eventNumber) = (.group, [], nil, 0)
            traceNumber += 1
        case (["log"], "event"), (["log", "trace"], "event"):
            (event, eventText, eventLine, eventFault) = (.group, [], scanner.line, nil)
            if trace == nil {
                (traceText, traceFault) = ([], nil)
                looseNumber += 1
            } else {
                eventNumber += 1
            }
        case (["log"], "extension"), (["log"], "classifier"): passedDepth = path.count
        case (["log"], _):
            let isAttribute = XESElement.kinds.contains(tag.name)
            others.add(tag.name == "global" ? "defaults of attributes" : isAttribute ? "attributes of the log" : "unknown elements")
            passedDepth = path.count
        default: beginAttribute(tag)
        }
    }

    private mutating func beginAttribute(_ tag: XMLTag) {
        let isValues = tag.name == "values" && open.last?.isList == true
        guard isValues || XESElement.kinds.contains(tag.name) else {
            others.add("unknown elements")
            passedDepth = path.count
            return
        }
        if event == nil, eventNumber > 0, open.isEmpty { others.add("attributes of traces that follow their events") }
        // The parts of a long event are not kept.
        guard eventText.count <= TextSplitter.maximumBytes, traceText.count <= TextSplitter.maximumBytes else {
            passedDepth = path.count
            return
        }
        do throws(FlxError) {
            open.append(isValues ? .values : try XESElement(tag))
        } catch {
            note(error)
            passedDepth = path.count
        }
    }

    private mutating func note(_ error: FlxError) {
        if event != nil { eventFault = eventFault ?? error.message } else { traceFault = traceFault ?? error.message }
    }

    /// Ends the innermost element.
    private mutating func end() -> TextItem? {
        if let depth = passedDepth {
            if path.count == depth { passedDepth = nil }
            return nil
        }
        if let element = open.popLast() {
            do throws(FlxError) {
                if !open.isEmpty {
                    try open[open.count - 1].take(element)
                } else if event != nil {
                    try event?.take(element)
                } else {
                    try trace?.take(element)
                }
            } catch {
                note(error)
            }
            return nil
        }
        if let ended = event {
            event = nil
            if trace != nil { spread += traceText.count }
            isForeign = isForeign || !Self.isOurs(ended)
            return item(ended)
        }
        if path == ["log"] { endTrace() }
        return nil
    }

    private mutating func endTrace() {
        let name = trace?.fields.first { $0.name == "concept:name" }?.value.string
        // In our own logs each event has its stream, and traces are as long as events of one stream follow each other.
        if let name, isForeign, !traceNames.insert(ByteHash.of(name)).inserted { others.add("borders between traces of one name") }
        (trace, isForeign) = (nil, false)
    }

    private static func isOurs(_ event: XESElement) -> Bool {
        event.fields.contains { $0.name == FlatReading.mark }
    }

    private func item(_ event: XESElement) -> TextItem {
        let isLong = eventText.count + traceText.count > TextSplitter.maximumBytes
        var original = eventText
        if trace != nil { original = Array("<\(prefix)trace>".utf8) + traceText + eventText + Array("</\(prefix)trace>".utf8) }
        do throws(FlxError) {
            if isLong { throw FlxError(.limitExceeded, "longer than \(TextSplitter.maximumBytes) bytes") }
            if let fault = eventFault ?? traceFault { throw FlxError(.malformed, fault) }
            let (text, isDerived) = try cloudEvent(event)
            return TextItem(line: eventLine, bytes: text, original: original, head: head, tail: tail, isIDDerived: isDerived)
        } catch {
            return TextItem(line: eventLine, bytes: [], fault: error.message, original: original, head: head, tail: tail, isCut: isLong)
        }
    }

    /// The bytes at the end of a file with some of the events.
    private var tail: [UInt8]? { prefix.isEmpty ? nil : Array("\n</\(prefix)log>\n".utf8) }

    private func cloudEvent(_ event: XESElement) throws(FlxError) -> (text: [UInt8], isIDDerived: Bool) {
        let isOurs = Self.isOurs(event)
        var flat = FlatReading()
        let name = trace?.fields.first { $0.name == "concept:name" }?.value
        if !isOurs {
            for (key, value) in trace?.fields ?? [] where key != "concept:name" { try flat.take(path: ["case:" + key], value) }
        }
        for (key, text) in event.fields {
            let value = isOurs ? Self.plain(key, text) : text
            switch key {
            case "concept:name": try flat.take("type", .string(value.string ?? value.description))
            case "time:timestamp": try flat.take("time", value)
            case "identity:id": try flat.take("id", value)
            case _ where !isOurs: try flat.take(path: [key], value)
            default:
                if let path = XESKey.path(key) { try flat.take(path: path, value) } else { try flat.take(XESKey.decoded(key), value) }
            }
        }
        if let name {
            let name = isOurs ? Self.plain("concept:name", name) : name
            flat.fill("subject", .string(name.string ?? name.description))
        }
        guard !isOurs else { return (try flat.cloudEvent(), false) }
        return try flat.foreignEvent(type: "event", reading, at: trace == nil ? [0, looseNumber] : [traceNumber, eventNumber])
    }

    /// The value of a text from this program: the text itself for the data as a whole, its JSON for all others.
    private static func plain(_ key: String, _ value: EventValue) -> EventValue {
        guard let text = value.string, key != "data", key != "data_base64" else { return value }
        return Cell.value(of: text, isTyped: true)
    }
}
