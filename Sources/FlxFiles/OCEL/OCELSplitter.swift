import FlxCore

/// Cuts an object-centric log (OCEL 2.0 in JSON, https://www.ocel-standard.org) into events: the members of `events`, anywhere in the
/// document.
///
/// The stream of an event is its related object `stream`, or else its first one. An export of `flx export` is restored unchanged. In a
/// foreign log the attributes of an event are fields of its data, of the types declared in the document before its events. All its objects
/// are its tags, if their ids are valid labels. Types, attributes and relations of objects are left out.
struct OCELSplitter: LogSplitter {
    private enum Place { case outside, inString, inEscape }
    private enum Section: String { case events, objects, eventTypes, objectTypes }

    private static let maximumDepth = 128
    /// The most bytes of the types of events together; a file of bad events has them all.
    static let maximumTypes = 16 << 20
    private static let noObject = "a member of the list of events is no object"
    private static let limits = JSONLimits(maximumBytes: TextSplitter.maximumBytes, maximumDepth: 70)
    private static let head = Array("{\"objectTypes\":[],\"objects\":[],\"eventTypes\":[".utf8)

    private let mostDeclared: Int
    private var reading: OCELReading
    private var place = Place.outside
    private var depth = 0
    private var line = 1
    private var startLine = 1
    /// The last text at the depth of the document's members.
    private var text: [UInt8] = []
    private var section: Section?
    /// The lists begun so far. Each occurs once, like each member of an object.
    private var sections: Set<Section> = []
    private var element: [UInt8] = []
    private var isLong = false
    private var hasEvents = false
    private var hasFailed = false
    private var number = 0
    /// The beginning of a file with some of the events: the types declared so far.
    private var types: [UInt8] = []
    /// The types in their form before the events; empty after a change of the types.
    private var head: [UInt8] = []

    /// - Parameter mostDeclared: The most bytes of the types of events together.
    init(_ reading: LogReading = LogReading(), mostDeclared: Int = maximumTypes) {
        (self.reading, self.mostDeclared) = (OCELReading(reading), mostDeclared)
    }

    var leftOut: LeftOut { reading.leftOut }

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
        let isInside = section != nil && depth > 2
        switch (place, byte) {
        case (.inEscape, _): place = .inString
        case (.inString, UInt8(ascii: "\\")): place = .inEscape
        case (.inString, UInt8(ascii: "\"")): place = .outside
        case (.inString, _): if depth == 1, text.count < 64 { text.append(byte) }
        case (_, UInt8(ascii: "\"")):
            place = .inString
            if depth == 1 { text.removeAll(keepingCapacity: true) }
            if section == .events, depth == 2 { fail(Self.noObject, &items) }
        case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")): open(byte, &items)
        case (_, UInt8(ascii: "}")), (_, UInt8(ascii: "]")):
            depth -= 1
            if depth < 0 { fail("a closing bracket has no opening one", &items) }
            if section != nil, depth == 2 {
                keep(byte)
                end(&items)
                return
            }
            if depth == 1 { section = nil }
        default:
            if depth == 0, !TextSplitter.isSpace(byte), !isMark(byte) { fail("it is no object of JSON", &items) }
            if section == .events, depth == 2, !TextSplitter.isSpace(byte), byte != UInt8(ascii: ",") {
                fail(Self.noObject, &items)
            }
        }
        if isInside || section != nil && depth > 2 { keep(byte) }
    }

    /// Returns true if a byte belongs to an optional byte order mark at the beginning of a document.
    private func isMark(_ byte: UInt8) -> Bool { line == 1 && !hasEvents && [0xEF, 0xBB, 0xBF].contains(byte) }

    private mutating func open(_ byte: UInt8, _ items: inout [TextItem]) {
        if depth == 0, byte != UInt8(ascii: "{") || hasEvents { fail("it is no object of JSON", &items) }
        if depth == 1, byte == UInt8(ascii: "[") {
            section = Section(rawValue: String(decoding: text, as: UTF8.self))
            if let section, !sections.insert(section).inserted { fail("the list '\(section)' occurs twice", &items) }
            if section == .events { hasEvents = true }
        }
        if section == .events, depth == 2, byte != UInt8(ascii: "{") { fail(Self.noObject, &items) }
        if section != nil, depth == 2 {
            element.removeAll(keepingCapacity: element.capacity <= 1 << 16)
            (isLong, startLine) = (false, line)
        }
        depth += 1
        if depth > Self.maximumDepth { fail("it is nested deeper than \(Self.maximumDepth) levels", &items) }
    }

    private mutating func keep(_ byte: UInt8) {
        if element.count < TextSplitter.maximumBytes { element.append(byte) } else { isLong = true }
    }

    /// Ends a member of a list.
    private mutating func end(_ items: inout [TextItem]) {
        if section == .events {
            number += 1
            return items.append(event())
        }
        do throws(FlxError) {
            guard !isLong else { throw FlxError(.limitExceeded, "longer than \(TextSplitter.maximumBytes) bytes") }
            let value = try EventValue(json: element, limits: Self.limits)
            if section == .eventTypes {
                try reading.declare(value)
                try declare()
            } else if section == .objects {
                reading.leaveOut(object: value)
            }
        } catch {
            fail("\(section?.rawValue ?? ""): " + EventReader.reason(error), &items)
        }
    }

    private mutating func declare() throws(FlxError) {
        guard types.count + element.count < mostDeclared else {
            throw FlxError(.limitExceeded, "the declarations have more than \(mostDeclared) bytes together")
        }
        if !types.isEmpty { types.append(UInt8(ascii: ",")) }
        types += element
        head = []
    }

    private mutating func event() -> TextItem {
        if head.isEmpty { head = Self.head + types + Array("],\"events\":[\n".utf8) }
        do throws(FlxError) {
            guard !isLong else { throw FlxError(.limitExceeded, "longer than \(TextSplitter.maximumBytes) bytes") }
            let value = try EventValue(json: element, limits: Self.limits)
            let (text, isDerived) = try reading.cloudEvent(value, number: number)
            return TextItem(line: startLine, bytes: text, original: element, head: head, isIDDerived: isDerived)
        } catch {
            let reason = EventReader.reason(error)
            return TextItem(line: startLine, bytes: [], fault: reason, original: element, head: head, isCut: isLong)
        }
    }

    private mutating func fail(_ reason: String, _ items: inout [TextItem]) {
        guard !hasFailed else { return }
        hasFailed = true
        items.append(fault(reason))
    }

    private func fault(_ reason: String) -> TextItem { TextItem(line: line, bytes: [], fault: reason, endsLog: true) }
}
