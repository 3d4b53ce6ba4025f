import FlxCore
import FlxEvents
import FlxTesting
import Foundation
import Testing

@testable import FlxFiles

/// Exports keep the rules of their standards, whatever is in the events.
@Suite struct ExportRulesTests {
    /// The structure that OCEL 2.0 asks of a JSON document: its members, and texts as the values of attributes.
    private static let ocel = #"""
        {"type":"object","required":["eventTypes","objectTypes","events","objects"],
         "properties":{"eventTypes":{"$ref":"#/$defs/types"},"objectTypes":{"$ref":"#/$defs/types"},
          "events":{"type":"array","items":{"type":"object","required":["id","type","time"],"properties":{
            "id":{"type":"string"},"type":{"type":"string"},"time":{"type":"string","format":"date-time"},
            "attributes":{"type":"array","items":{"$ref":"#/$defs/attribute"}},"relationships":{"$ref":"#/$defs/relations"}}}},
          "objects":{"type":"array","items":{"type":"object","required":["id","type"],"properties":{
            "id":{"type":"string"},"type":{"type":"string"},"relationships":{"$ref":"#/$defs/relations"},
            "attributes":{"type":"array","items":{"$ref":"#/$defs/attribute","required":["time"]}}}}}},
         "$defs":{
          "types":{"type":"array","items":{"type":"object","required":["name","attributes"],"properties":{"name":{"type":"string"},
            "attributes":{"type":"array","items":{"type":"object","required":["name","type"],"properties":{"name":{"type":"string"},
              "type":{"enum":["string","time","integer","float","boolean"]}}}}}}},
          "attribute":{"type":"object","required":["name","value"],"properties":{"name":{"type":"string"},"value":{"type":"string"}}},
          "relations":{"type":"array","items":{"type":"object","required":["objectId","qualifier"],
            "properties":{"objectId":{"type":"string"},"qualifier":{"type":"string"}}}}}}
        """#

    private func file(_ events: [Event], _ writer: some LogWriter) throws -> [UInt8] {
        var writer = writer
        var bytes: [UInt8] = []
        repeat {
            for event in events { try writer.survey(event) }
            bytes += try writer.begin()
        } while !writer.hasBegun
        for (index, event) in events.enumerated() {
            let position = Int64(index + 1)
            bytes += try writer.write(
                RecordedEvent(
                    event: event, version: Version(unchecked: position), position: Position(unchecked: position),
                    recordedTime: Timestamp(nanoseconds: 1_750_000_000_000_000_000)))
        }
        return bytes + writer.end()
    }

    /// Events with and without times, with fields of several kinds, and with names that are no names elsewhere.
    private func events(_ factory: inout EventFactory) throws -> [Event] {
        let data = [
            #"{"v":"text"}"#, #"{"v":true}"#, #"{"v":1}"#, #"{"v":1.5}"#, #"{"v":null}"#, #"{"v":[1]}"#, #"{"v":{"w":1}}"#, #"{"n":1}"#,
            #"{"n":2.5}"#, #"{"a b":1,"/":2,"1":3,"":4,"_x0041_":5,"x:y":{"é":"\u0000"}}"#,
            #"{"n":123456789012345678901234567890,"m":1e400}"#,
        ]
        var events: [Event] = []
        for index in 0..<200 {
            var event = factory.event()
            let (types, streams): ([EventType], [StreamName]) = (["t", "u"], ["s", "s-2"])
            event.type = factory.random.pick(types)
            event.stream = factory.random.pick(streams)
            if factory.random.once(in: 3) { event.time = nil }
            event.payload = try .json(Array(factory.random.pick(data).utf8))
            event.extensions = [:]
            let mixed: [ExtensionValue] = [.bool(true), .integer(5), .string("5"), .string("true")]
            if factory.random.once(in: 3) { event.extensions["mixed"] = factory.random.pick(mixed) }
            event.tags = index % 5 == 0 ? ["kind:1", ":x", "plain"] : []
            events.append(event)
        }
        return events
    }

    @Test func `OCEL has what the standard asks for, and attributes are those of their type, of its kind`() throws {
        let seed = SeededGenerator.freshSeed()
        var factory = EventFactory(seed: seed)
        let events = try events(&factory)
        let document = try EventValue(json: file(events, OCELWriter()))
        let schema = try JSONSchema(try EventValue(json: Array(Self.ocel.utf8)))
        #expect(try schema.violations(of: document).isEmpty, "seed \(seed)")
        var kinds: [String: [String: String]] = [:]
        for type in document["eventTypes"]?.array ?? [] {
            for attribute in type["attributes"]?.array ?? [] {
                kinds[type["name"]?.string ?? "", default: [:]][attribute["name"]?.string ?? ""] = attribute["type"]?.string
            }
        }
        let objects = Set((document["objects"]?.array ?? []).compactMap { $0["id"]?.string })
        for event in document["events"]?.array ?? [] {
            for attribute in event["attributes"]?.array ?? [] {
                let (name, text) = (attribute["name"]?.string ?? "", attribute["value"]?.string ?? "")
                let kind = kinds[event["type"]?.string ?? ""]?[name]
                let fits = switch kind {
                case "string": true
                case "integer": Int64(text) != nil
                case "float": JSONNumber(text) != nil
                case "boolean": text == "true" || text == "false"
                default: false
                }
                #expect(fits, "\(name) is \(text), and declared \(kind ?? "not at all"); seed \(seed)")
            }
            for relation in event["relationships"]?.array ?? [] { #expect(objects.contains(relation["objectId"]?.string ?? "")) }
        }
        try expectSame(file(events, OCELWriter()), .ocel, events, seed)
        try expectSame(file(events, CSVWriter()), .csv, events, seed)
        try expectSame(file(events, XESWriter()), .xes, events, seed)
    }

    private func expectSame(_ bytes: [UInt8], _ format: LogFormat, _ events: [Event], _ seed: UInt64) throws {
        var splitter = format.splitter()
        let items = splitter.take(bytes) + splitter.finish()
        try #require(items.count == events.count, "\(format): \(items.first?.fault ?? ""); seed \(seed)")
        for (item, event) in zip(items, events) {
            try #require(item.fault == nil, "\(format): \(item.fault ?? ""); seed \(seed)")
            #expect(try CloudEventsJSON.decode(item.bytes, dropping: .all) == event, "\(format); seed \(seed)")
        }
        #expect(splitter.leftOut == LeftOut())
    }

    @Test func `XES has keys that are names, and values of their kinds`() throws {
        let seed = SeededGenerator.freshSeed()
        var factory = EventFactory(seed: seed)
        var scanner = XMLScanner()
        scanner.append(try file(try events(&factory), XESWriter()))
        var count = 0
        while let tag = try scanner.next() {
            guard XESElement.kinds.contains(tag.name), !tag.isEnd else { continue }
            let (key, value) = (try #require(tag["key"]), try #require(tag["value"]))
            #expect(XMLText.isName(key), "\(key); seed \(seed)")
            let fits = switch tag.name {
            case "int": Int64(value) != nil
            case "float": Double(value) != nil
            case "boolean": ["true", "false"].contains(value)
            case "date": (try? Timestamp(value)) != nil
            default: true
            }
            #expect(fits, "\(tag.name) \(key) is \(value); seed \(seed)")
            count += 1
        }
        #expect(count > 500)
    }

    @Test(arguments: ["total", "a b", "", "/", "~", "1", "_x0041_", "_x", "x:y", "é", "\u{301}", "\u{1F600}", "\u{0}", "_"])
    func `a key of XES stands for one name`(_ name: String) throws {
        for pointer in ["/" + JSONPointer.escaped(name), "/a/" + JSONPointer.escaped(name), "/" + JSONPointer.escaped(name) + "/b"] {
            let key = try XESKey.of(pointer)
            #expect(XMLText.isName(key), "\(key)")
            let (path, steps) = (try #require(XESKey.path(key)), try FlatReading.path(pointer))
            #expect(path.map { Array($0.utf8) } == steps.map { Array($0.utf8) })
        }
    }

    @Test(arguments: ["flxformat", "flxnotime"]) func `an event whose extension is a mark of the form is refused`(_ name: String) throws {
        var factory = EventFactory(seed: 1)
        var event = factory.event()
        event.extensions[try ExtensionName(name)] = .string("1")
        let writers: [any LogWriter] = [CSVWriter(), XESWriter(), OCELWriter()]
        for writer in writers {
            let error = #expect(throws: FlxError.self) { _ = try file([event], writer) }
            #expect(error?.message.contains(event.id.description) == true && error?.message.contains(name) == true)
        }
    }
}
