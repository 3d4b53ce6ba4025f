import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import OrderedCollections
import Testing

@testable import FlxFiles

/// Texts that look alike, and texts with a combining mark at every border, through all that reads, cuts and writes them.
@Suite struct LookAlikeTests {
    private static func random(_ name: String = #function) -> SeededGenerator {
        let seed = ProcessInfo.processInfo.environment["FLX_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        print("seed of \(name): \(seed)")
        return SeededGenerator(seed: seed)
    }

    /// Separators of all formats, and the marks that make one `Character` with what stands before them.
    private static let scalars: [Unicode.Scalar] = [
        ",", ".", "/", "=", ":", "\"", "'", ";", "~", "#", "[", "<", "&", "\\", "\n", " ", "e", "é", "K", "\u{212A}", "A", "\u{212B}",
        "s", "\u{301}", "\u{301}", "\u{338}", "\u{323}", "\u{307}", "\u{200D}",
    ]

    private static func text(_ random: inout SeededGenerator, _ lengths: ClosedRange<Int> = 1...6) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<random.number(in: lengths) { text.append(random.pick(scalars)) }
        return String(text)
    }

    /// An object of such keys and texts, with the twin of a key beside it where it has one.
    private static func object(_ random: inout SeededGenerator, depth: Int = 0) -> EventValue {
        var object: EventValue = [:]
        for _ in 0..<random.number(in: 1...5) {
            let key = text(&random, 0...4)
            object[key] = depth < 2 && random.once(in: 4) ? self.object(&random, depth: depth + 1) : .string(text(&random, 0...5))
            if random.once(in: 2) { object[key.precomposedStringWithCanonicalMapping] = .string(text(&random)) }
            if random.once(in: 2) { object[key.decomposedStringWithCanonicalMapping] = 2 }
        }
        return object
    }

    private static func event(_ random: inout SeededGenerator, _ number: Int) throws -> RecordedEvent {
        func name() -> String { String(text(&random).unicodeScalars.filter { $0 != "\n" && $0 != "," }) + "x" }
        var event = Event(
            id: try EventID(name() + "\(number)"), type: try EventType(name()), stream: try StreamName(name()),
            payload: try .json(object(&random)), userID: name(), tags: [try Tag(name()), try Tag(name())],
            partitionKey: name(), extensions: ["note": .string(name())])
        if random.once(in: 4) { event.time = nil }
        return RecordedEvent(
            event: event, version: 1, position: Position(unchecked: Int64(number)), recordedTime: Timestamp(nanoseconds: Int64(number)))
    }

    private static func file(_ events: [RecordedEvent], _ writer: some LogWriter) throws -> [UInt8] {
        var writer = writer
        var bytes: [UInt8] = []
        repeat {
            for recorded in events { try writer.survey(recorded.event) }
            bytes += try writer.begin()
        } while !writer.hasBegun
        for recorded in events { bytes += try writer.write(recorded) }
        return bytes + writer.end()
    }

    @Test func `events come back byte for byte from every format`() throws {
        var random = Self.random()
        for _ in 0..<40 {
            let events = try (1...5).map { try Self.event(&random, $0) }
            for (format, bytes) in [
                (LogFormat.csv, try Self.file(events, CSVWriter())), (.xes, try Self.file(events, XESWriter())),
                (.ocel, try Self.file(events, OCELWriter(names: 3))), (.jsonl, try Self.file(events, JSONLinesWriter(places: true))),
            ] {
                var splitter = format.splitter()
                let items = splitter.take(bytes) + splitter.finish()
                try #require(items.count == events.count, "\(format)")
                for (item, recorded) in zip(items, events) {
                    let read = try CloudEventsJSON.decode(item.bytes, dropping: .all)
                    #expect(read == recorded.event, "\(format): \(item.fault ?? "")")
                    #expect(read.payload.bytes == recorded.event.payload.bytes, "\(format)")
                }
            }
        }
    }

    @Test func `values come back from every encoding, and each field is found by pointer, step and condition`() throws {
        var random = Self.random()
        for number in 0..<300 {
            let recorded = try Self.event(&random, number)
            let value = try recorded.event.value
            #expect(try MessagePack.decode(MessagePack.encode(value)) == value)
            #expect(try CBOR.decode(CBOR.encode(value)) == value)
            #expect(try EventDecoder().decode(EventValue.self, from: EventEncoder().encode(value)) == value)
            let fields = try #require(value.object)
            for (key, field) in fields {
                let pointer = "/" + JSONPointer.escaped(key.description)
                #expect(value[pointer: pointer] == field)
                let escaped = Self.quoted(key.description)
                #expect(try EventCondition("exists(data['\(escaped)'])").matches(recorded), "\(key)")
                if case .string(let text) = field, Timestamp(loosely: text) == nil {
                    let expression = try EventCondition("data['\(escaped)'] = '\(Self.quoted(text))'")
                    #expect(expression.matches(recorded), "\(key)")
                    for twin in [text.precomposedStringWithCanonicalMapping, text.decomposedStringWithCanonicalMapping] {
                        let finds = try EventCondition("data['\(escaped)'] = '\(Self.quoted(twin))'").matches(recorded)
                        #expect(finds == twin.utf8.elementsEqual(text.utf8))
                    }
                }
                let reference = try Transform.Reference(pointer)
                let (there, back) = (Transform.Step.rename(reference, to: "/new"), Transform.Step.rename("/new", to: reference))
                let renamed = try Transform([there]).apply(to: recorded.event)
                #expect(try renamed[0].value.object?.count == fields.count && renamed[0].value["new"] == field)
                #expect(try Transform([back]).apply(to: renamed[0])[0].payload.bytes == recorded.event.payload.bytes)
                #expect(try Transform.Reference(pointer).description.utf8.elementsEqual(pointer.utf8))
            }
        }
    }

    private static func quoted(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }))
    }

    @Test func `schemas tell members apart by their bytes`() throws {
        var random = Self.random()
        for _ in 0..<300 {
            let key = Self.text(&random)
            let twins = [key.precomposedStringWithCanonicalMapping, key.decomposedStringWithCanonicalMapping]
            let escaped = JSONPointer.escaped(key).utf8.map { "%" + (($0 < 16 ? "0" : "") + String($0, radix: 16)) }.joined()
            let schemas: [EventValue] = [
                ["required": [.string(key)]], ["properties": [key: true], "additionalProperties": false, "minProperties": 1],
                ["dependentRequired": ["a": [.string(key)]], "required": ["a"]],
                ["propertyNames": ["enum": ["a", .string(key)]], "minProperties": 2],
                ["$defs": [key: ["required": [.string(key)]]], "$ref": .string("#/$defs/\(escaped)")],
            ]
            for (number, document) in schemas.enumerated() {
                let schema = try JSONSchema(document)
                for member in [key] + twins {
                    var value: EventValue = [member: 1]
                    if number == 2 || number == 3 { value["a"] = 1 }
                    #expect(try schema.accepts(value) == member.utf8.elementsEqual(key.utf8), "\(document), \(value)")
                }
            }
        }
    }

    @Test func `patterns and addresses are cut at bytes`() throws {
        var random = Self.random()
        for _ in 0..<500 {
            let segments = (0..<random.number(in: 1...4)).map { _ in
                "x" + String(Self.text(&random).unicodeScalars.filter { $0 != "." && $0 != "\n" && $0 != "#" && $0 != "*" })
            }
            let type = try EventType(segments.joined(separator: "."))
            var pattern = segments
            pattern[random.number(below: pattern.count)] = "*"
            #expect(try EventPattern(pattern.joined(separator: ".")).matches(type) || pattern == ["*"])
            #expect(try EventPattern(segments[0] + ".#").matches(type))
            let twin = try EventType(type.description.decomposedStringWithCanonicalMapping)
            #expect(try EventPattern(type.description).matches(twin) == (twin == type))
        }
        let tags = try Transform([.set("tags", "a,\u{301}b")]).apply(to: Event(type: "t"))[0].tags
        #expect(tags.map(\.description.unicodeScalars.count) == [1, 2])
        var event = Event(type: "t", tags: ["a", "\u{301}b"])
        event.time = nil
        #expect(try CloudEventsJSON.decode(CloudEventsJSON.encode(event)) == event)
    }
}
