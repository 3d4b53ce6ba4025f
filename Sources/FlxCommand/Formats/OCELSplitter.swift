import FlxCore

/// Cuts an object-centric log (OCEL 2.0 in JSON, https://www.ocel-standard.org) into events: the members of `events`, wherever that
/// stands in the document.
///
/// The object that an event is related to as `stream`, or else its first one, is its stream. What `flx export` wrote comes back as it was;
/// of a log of somebody else, the attributes of an event are fields of its data, and all its objects are its tags, where their ids can
/// be labels.
struct OCELSplitter: LogSplitter {
    private enum Place { case outside, inString, inEscape }

    private static let maximumDepth = 128

    private var place = Place.outside
    private var depth = 0
    private var line = 1
    private var startLine = 1
    /// The last text at the depth of the document's members.
    private var text: [UInt8] = []
    private var isEvents = false
    private var element: [UInt8] = []
    private var isLong = false
    private var hasEvents = false
    private var hasFailed = false

    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        var items: [TextItem] = []
        for byte in piece where !hasFailed { take(byte, &items) }
        return items
    }

    mutating func finish() -> [TextItem] {
        guard !hasFailed else { return [] }
        if depth > 0 || place != .outside { return [fault("the document does not end; the input was cut off")] }
        return hasEvents ? [] : [fault("there is no list of events in it")]
    }

    private mutating func take(_ byte: UInt8, _ items: inout [TextItem]) {
        if byte == UInt8(ascii: "\n") { line += 1 }
        let isInside = isEvents && depth > 2
        switch (place, byte) {
        case (.inEscape, _): place = .inString
        case (.inString, UInt8(ascii: "\\")): place = .inEscape
        case (.inString, UInt8(ascii: "\"")): place = .outside
        case (.inString, _): if depth == 1, text.count < 64 { text.append(byte) }
        case (_, UInt8(ascii: "\"")):
            place = .inString
            if depth == 1 { text.removeAll(keepingCapacity: true) }
        case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")): open(byte, &items)
        case (_, UInt8(ascii: "}")), (_, UInt8(ascii: "]")):
            depth -= 1
            if depth < 0 { fail("a bracket ends what was not begun", &items) }
            if isEvents, depth == 2 {
                keep(byte)
                items.append(end())
                return
            }
            if depth == 1 { isEvents = false }
        default:
            if depth == 0, !TextSplitter.isSpace(byte) { fail("it is no object of JSON", &items) }
            if isEvents, depth == 2, !TextSplitter.isSpace(byte), byte != UInt8(ascii: ",") {
                fail("a member of the list of events is no object", &items)
            }
        }
        if isInside || isEvents && depth > 2 { keep(byte) }
    }

    private mutating func open(_ byte: UInt8, _ items: inout [TextItem]) {
        if depth == 0, byte != UInt8(ascii: "{") || hasEvents { fail("it is no object of JSON", &items) }
        if depth == 1, byte == UInt8(ascii: "["), text.elementsEqual("events".utf8) {
            (isEvents, hasEvents) = (true, true)
        }
        if isEvents, depth == 2 {
            element.removeAll(keepingCapacity: element.capacity <= 1 << 16)
            (isLong, startLine) = (false, line)
        }
        depth += 1
        if depth > Self.maximumDepth { fail("it is nested deeper than \(Self.maximumDepth) levels", &items) }
    }

    private mutating func keep(_ byte: UInt8) {
        if element.count < TextSplitter.maximumBytes { element.append(byte) } else { isLong = true }
    }

    private mutating func end() -> TextItem {
        do throws(FlxError) {
            guard !isLong else { throw FlxError(.limitExceeded, "longer than \(TextSplitter.maximumBytes) bytes") }
            let limits = JSONLimits(maximumBytes: TextSplitter.maximumBytes, maximumDepth: 70)
            return TextItem(line: startLine, bytes: try Self.cloudEvent(try EventValue(json: element, limits: limits)))
        } catch {
            return TextItem(line: startLine, bytes: element, fault: EventReader.reason(error))
        }
    }

    private mutating func fail(_ reason: String, _ items: inout [TextItem]) {
        guard !hasFailed else { return }
        hasFailed = true
        items.append(fault(reason))
    }

    private func fault(_ reason: String) -> TextItem { TextItem(line: line, bytes: [], fault: reason) }

    private static func cloudEvent(_ event: EventValue) throws(FlxError) -> [UInt8] {
        var reading = FlatReading()
        for name in ["id", "type", "time"] {
            if let value = event[name] { try reading.take(name, value) }
        }
        let attributes = event["attributes"]?.array ?? []
        let isOurs = attributes.contains { $0["name"] == "source" }
        for attribute in attributes {
            guard let name = attribute["name"]?.string, let value = attribute["value"] else { continue }
            let isWhole = name == "data" || name == "data_base64"
            let plain = value.string.map { isWhole ? .string($0) : Cell.value(of: $0, isTyped: true) } ?? value
            try reading.take(isOurs || name.begins(with: "/") ? name : "/" + JSONPointer.escaped(name), plain)
        }
        let objects = (event["relationships"]?.array ?? []).compactMap { relation in
            relation["objectId"]?.string.map { (id: $0, qualifier: relation["qualifier"]?.string ?? "") }
        }
        if let stream = objects.first(where: { $0.qualifier == "stream" }) ?? (isOurs ? nil : objects.first) {
            reading.fill("subject", .string(stream.id))
        }
        if !isOurs {
            let labels = objects.map(\.id).filter { !$0.utf8.contains(UInt8(ascii: ",")) && (try? Tag($0)) != nil }
            if !labels.isEmpty { reading.fill("tags", .string(labels.joined(separator: ","))) }
        }
        reading.fill("source", "/import")
        return try reading.cloudEvent()
    }
}
