import FlxTesting
import Testing

@testable import FlxEvents

@Suite("Transforms")
struct TransformTests {
    private static func value(_ json: String) throws -> EventValue { try EventValue(json: Array(json.utf8)) }

    private static func event(_ json: String) throws -> Event {
        Event(id: EventID(uuid: 7), type: "order.placed", stream: "order-1", time: nil, payload: try .json(Array(json.utf8)))
    }

    /// Steps, the data before, and the data after.
    private static let table: [(steps: String, before: String, after: String)] = [
        (#"[{"rename":"/a","to":"/b"}]"#, #"{"x":1,"a":2,"y":3}"#, #"{"x":1,"b":2,"y":3}"#),
        (#"[{"rename":"/a/b","to":"/a/c"}]"#, #"{"a":{"b":1,"d":2}}"#, #"{"a":{"c":1,"d":2}}"#),
        (#"[{"rename":"/a","to":"/o/p/q"}]"#, #"{"a":2,"b":3}"#, #"{"b":3,"o":{"p":{"q":2}}}"#),
        (#"[{"rename":"/none","to":"/b"}]"#, #"{"b":1}"#, #"{"b":1}"#),
        (#"[{"rename":"/a~1b","to":"/c~0d"}]"#, #"{"a/b":1}"#, #"{"c~d":1}"#),
        (#"[{"drop":"/a/b"},{"drop":"/none/at/all"}]"#, #"{"a":{"b":1,"c":2}}"#, #"{"a":{"c":2}}"#),
        (#"[{"drop":"/l/1"}]"#, #"{"l":[1,2,3]}"#, #"{"l":[1,3]}"#),
        (#"[{"set":"/a","value":[1,{"b":null}]}]"#, #"{"a":7}"#, #"{"a":[1,{"b":null}]}"#),
        (#"[{"set":"/l/-","value":4}]"#, #"{"l":[1]}"#, #"{"l":[1,4]}"#),
        (#"[{"default":"/a","value":1},{"default":"/b","value":2}]"#, #"{"a":7}"#, #"{"a":7,"b":2}"#),
        (#"[{"copy":"/a","to":"/b"},{"copy":"/none","to":"/c"}]"#, #"{"a":{"x":1}}"#, #"{"a":{"x":1},"b":{"x":1}}"#),
        (#"[{"copy":"subject","to":"/of"},{"copy":"","to":"/all"}]"#, #"{"a":1}"#, #"{"a":1,"of":"order-1","all":{"a":1,"of":"order-1"}}"#),
        (
            #"[{"compute":"/c","by":"concat","of":["/a","/b","/t"]}]"#,
            #"{"a":"x","b":1.50,"t":true}"#, #"{"a":"x","b":1.50,"t":true,"c":"x1.50true"}"#
        ),
        (#"[{"compute":"/c","by":"concat","of":["/a","/none"]}]"#, #"{"a":"x"}"#, #"{"a":"x"}"#),
        (#"[{"compute":"/a","by":"uppercase","of":["/a"]}]"#, #"{"a":"é1"}"#, #"{"a":"É1"}"#),
        (#"[{"compute":"/a","by":"lowercase","of":["/a"]}]"#, #"{"a":"ÉA"}"#, #"{"a":"éa"}"#),
        (
            #"[{"compute":"/a","by":"trim","of":["/a"]},{"compute":"/b","by":"trim","of":["/b"]}]"#,
            #"{"a":" x y\n","b":" "}"#, #"{"a":"x y","b":""}"#
        ),
        (#"[{"compute":"/a","by":"number","of":["/a"]}]"#, #"{"a":"-1.50"}"#, #"{"a":-1.50}"#),
        (#"[{"compute":"/a","by":"text","of":["/a"]}]"#, #"{"a":18446744073709551616}"#, #"{"a":"18446744073709551616"}"#),
        (#"[{"compute":"/s","by":"sum","of":["/a","/b"]}]"#, #"{"a":0.1,"b":0.2}"#, #"{"a":0.1,"b":0.2,"s":0.3}"#),
        (#"[{"compute":"/s","by":"difference","of":["/a","/b","/b"]}]"#, #"{"a":1,"b":0.75}"#, #"{"a":1,"b":0.75,"s":-0.5}"#),
        (#"[{"compute":"/s","by":"product","of":["/a","/b"]}]"#, #"{"a":19.99,"b":300}"#, #"{"a":19.99,"b":300,"s":5997}"#),
        (#"[{"compute":"/s","by":"product","of":["/a","/b"]}]"#, #"{"a":1e3,"b":-0}"#, #"{"a":1e3,"b":-0,"s":0}"#),
        (#"[{"compute":"/n","by":"count","of":["/l"]}]"#, #"{"l":[1,2,3]}"#, #"{"l":[1,2,3],"n":3}"#),
        (#"[{"compute":"/n","by":"count","of":["/l"]}]"#, #"{"l":"añ"}"#, #"{"l":"añ","n":2}"#),
        (#"[{"compute":"/f","by":"first","of":["/x","/a","/b"]}]"#, #"{"a":null,"b":2}"#, #"{"a":null,"b":2,"f":2}"#),
        (#"[{"when":"order.*","do":[{"drop":"/a"}]},{"when":"invoice.*","do":[{"drop":"/b"}]}]"#, #"{"a":1,"b":2}"#, #"{"b":2}"#),
        (#"[{"rename":"","to":"/inner"}]"#, #"{"a":1}"#, #"{"inner":{"a":1}}"#),
        ("[]", #"{"a" : 1.50}"#, #"{"a":1.50}"#),
    ]

    @Test("Each step does what it says, and is data", arguments: table.indices)
    func steps(_ index: Int) throws {
        let (steps, before, after) = Self.table[index]
        let transform = try Transform(json: Array(steps.utf8))
        let events = try transform.apply(to: Self.event(before))
        #expect(events.count == 1)
        #expect(String(decoding: try #require(events.first).payload.bytes, as: UTF8.self) == after)
        #expect(try Transform(json: transform.json()) == transform)
        #expect(try EventDecoder().decode(Transform.self, from: EventEncoder().encode(transform)) == transform)
        #expect(try Transform(transform.value) == transform)
    }

    @Test(
        "Steps that cannot be done are errors that name the event and the step",
        arguments: [
            #"[{"rename":"/a","to":"/b"}]"#, #"[{"set":"/a/x","value":1}]"#, #"[{"drop":"type"}]"#, #"[{"set":"schemaversion","value":0}]"#,
            #"[{"set":"subject","value":{}}]"#, #"[{"set":"source","value":"a b"}]"#, #"[{"compute":"/c","by":"sum","of":["/t"]}]"#,
            #"[{"compute":"/c","by":"number","of":["/t"]}]"#, #"[{"compute":"/c","by":"trim","of":["/a"]}]"#,
            #"[{"split":"/a","to":"/b"}]"#,
            #"[{"compute":"/c","by":"trim","of":["/t","/t"]}]"#, #"[{"set":"/l/5","value":1}]"#, #"[{"set":"traceparent","value":"x"}]"#,
            #"[{"compute":"/c","by":"product","of":["/big","/big"]}]"#,
        ])
    func refused(_ steps: String) throws {
        let transform = try Transform(json: Array(steps.utf8))
        let event = try Self.event(#"{"a":1,"b":2,"t":"x","l":[1],"big":12345678901234567890123456789012345678}"#)
        let error = try #require(throws: FlxError.self) { try transform.apply(to: event) }
        #expect(error.message.contains("event \(event.id)") && error.message.contains("step {"), "\(error)")
    }

    @Test(
        "What is no transform is refused when it is read",
        arguments: [
            "{}", "[1]", "[{}]", #"[{"drop":1}]"#, #"[{"drop":"/a","to":"/b"}]"#, #"[{"rename":"/a"}]"#, #"[{"drop":"/~2"}]"#,
            #"[{"drop":"A-b"}]"#,
            #"[{"compute":"/a","by":"eval","of":[]}]"#, #"[{"convert":"xml"}]"#, #"[{"retype":"a","version":0}]"#,
            #"[{"when":"a","do":{}}]"#,
            #"[{"set":"/a"}]"#, #"[{"retype":1.5e}]"#,
        ])
    func malformed(_ steps: String) {
        #expect(throws: FlxError.self) { try Transform(json: Array(steps.utf8)) }
    }

    @Test("Steps nested too deeply are refused")
    func nesting() throws {
        var step: EventValue = ["drop": "/a"]
        for _ in 0..<20 { step = ["when": "#", "do": [step]] }
        #expect(throws: FlxError.self) { try Transform([step] as EventValue) }
    }

    @Test("Attributes are read and written by their names")
    func attributes() throws {
        let transform: Transform = [
            .retype("order.created", version: 2), .rename("/customer", to: "userid"), .set("tags", ["a:1", "b"]), .set("region", "eu"),
            .set("retries", 3), .copy("type", to: "/was"), .set("time", "2026-01-01T00:00:00+01:00"), .set("correlationid", "c-1"),
            .drop("subject"),
        ]
        let event = try #require(try transform.apply(to: Self.event(#"{"customer":"u-1"}"#)).first)
        #expect(event.type == "order.created" && event.schemaVersion == 2 && event.userID == "u-1")
        #expect(event.tags == [try Tag("a:1"), try Tag("b")])
        #expect(event.extensions == ["region": "eu", "retries": 3])
        #expect(event.time?.description == "2025-12-31T23:00:00Z" && event.stream == nil)
        #expect(try event.correlationID == EventID("c-1"))
        #expect(event.payload.bytes == Array(#"{"was":"order.created"}"#.utf8))
    }

    @Test("A list is split into events whose ids are the same each time")
    func split() throws {
        let transform: Transform = [.split("/lines", to: "/line", type: "order.line.added"), .rename("/line/sku", to: "/sku")]
        let whole = try Self.event(#"{"order":1,"lines":[{"sku":"a"},{"sku":"b"}]}"#)
        let parts = try transform.apply(to: whole)
        #expect(parts.map { String(decoding: $0.payload.bytes, as: UTF8.self) } == [
            #"{"order":1,"line":{},"sku":"a"}"#, #"{"order":1,"line":{},"sku":"b"}"#,
        ])
        #expect(parts.allSatisfy { $0.type == "order.line.added" && $0.stream == "order-1" })
        #expect(Set(parts.map(\.id) + [whole.id]).count == 3)
        #expect(try transform.apply(to: whole).map(\.id) == parts.map(\.id))
        #expect(try transform.apply(to: Self.event(#"{"lines":[]}"#)).isEmpty)
        #expect(try transform.apply(to: Self.event(#"{"order":1}"#)).count == 1)
    }

    @Test("Data in a binary content type is transformed in it, and converted when asked")
    func contentTypes() throws {
        let cbor = try Self.event(#"{"a":1.5}"#).converted(to: .cbor)
        let renamed = try #require(try Transform([.rename("/a", to: "/b")]).apply(to: cbor).first)
        #expect(renamed.payload.contentType == "application/cbor")
        #expect(try renamed.payload.value() == ["b": 1.5])
        let json = try #require(try Transform([.convert(.json)]).apply(to: renamed).first)
        #expect(json.payload.bytes == Array(#"{"b":1.5}"#.utf8))
        let none = Event(type: "a")
        #expect(try Transform([.set("/x", 1), .convert(.messagePack)]).apply(to: none).first?.payload.value() == ["x": 1])
        #expect(try Transform([.drop("")]).apply(to: cbor).first?.payload.form == Payload.Form.none)
        let text = Event(type: "a", payload: try .text("hi"))
        #expect(throws: FlxError.self) { try Transform([.copy("/a", to: "/b")]).apply(to: text) }
        #expect(try Transform([.set("userid", "u")]).apply(to: text).first?.payload == text.payload)
    }

    @Test("Transforms are joined in order, and an empty one changes nothing")
    func joined() throws {
        var factory = EventFactory(seed: 11)
        let first: Transform = [.set("userid", "a"), .set("x", "1")]
        let second: Transform = [.copy("userid", to: "y")]
        for event in factory.events(200) {
            #expect(try Transform().apply(to: event) == [event])
            #expect(try (first + second).apply(to: event) == second.apply(to: first.apply(to: event)))
        }
    }

    @Test("What a transform asks for, or makes of one event, is bounded")
    func bounded() throws {
        let deep = String(repeating: "/a", count: 100_000)
        let error = #expect(throws: FlxError.self) { try Transform(try EventValue(json: Array(#"[{"set":"\#(deep)","value":1}]"#.utf8))) }
        #expect(error?.code == .limitExceeded)
        let numbers = "[" + Array(repeating: "1", count: 200).joined(separator: ",") + "]"
        let event = try Self.event(#"{"l":\#(numbers),"m":\#(numbers)}"#)
        let once: Transform = [.split("/l", to: "/x", type: nil)]
        #expect(try once.apply(to: event).count == 200)
        let twice = #expect(throws: FlxError.self) { try (once + [.split("/m", to: "/y", type: nil)]).apply(to: event) }
        #expect(twice?.code == .limitExceeded && twice?.message.contains("at most 10000") == true)
        let (text, list) = (String(repeating: "t", count: 100_000), "[" + String(repeating: "1,", count: 999) + "1]")
        let long = try Self.event(#"{"t":"\#(text)","l":\#(list)}"#)
        #expect(throws: FlxError.self) { try once.apply(to: long) }
    }

    @Test("Steps within 'when' are bounded as those outside of it")
    func boundedWithin() throws {
        let numbers = EventValue.array((0..<200).map { .int($0) })
        let event = try Event(type: "order", data: ["l": numbers, "m": numbers])
        let twice: Transform = [.split("/l", to: "/x", type: nil), .when("#", [.when("#", [.split("/m", to: "/y", type: nil)])])]
        let error = #expect(throws: FlxError.self) { try twice.apply(to: event) }
        #expect(error?.code == .limitExceeded && error?.message.contains("at most 10000") == true)
        let some: Transform = [.split("/l", to: "/x", type: nil), .when("other", [.split("/m", to: "/y", type: nil)])]
        #expect(try some.apply(to: event).count == 200)
    }

    @Test("Data that is doubled again and again is refused before it is made", arguments: ["copy", "concat", "parts"])
    func doubled(_ way: String) throws {
        var transform: Transform = [.set("/text", .string(String(repeating: "x", count: 64 << 10))), .set("/list", [[], [], []])]
        for number in 0..<48 {
            switch way {
            case "copy": transform.steps.append(.copy("", to: try .init("/k\(number)")))
            case "concat": transform.steps.append(.compute("/text", .concat, of: ["/text", "/text"]))
            // Each part of a split has the whole in it.
            default:
                transform.steps.append(.copy("", to: try .init("/k\(number)")))
                transform.steps += [.split("/list", to: "/list", type: nil), .set("/list", [[], []])]
            }
        }
        let event = try Event(type: "order", data: ["a": 1])
        for type in ContentType.allCases {
            let error = #expect(throws: FlxError.self) { try (transform + [.convert(type)]).apply(to: event) }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test("Parts of a large event are refused before they are made, also where later steps would make them small")
    func largeParts() throws {
        var data: EventValue = ["lines": .array(Array(repeating: 1, count: 9_000))]
        for number in 0..<1_000 { data["field\(number)"] = 1 }
        let event = try Event(type: "order", data: data)
        let drops = Transform((0..<1_000).map { .drop(.data(["field\($0)"])) })
        let split: Transform = [.split("/lines", to: "/line", type: nil)]
        for transform in [split + [.drop("")], [.when("#", split.steps), .drop("")]] {
            let error = #expect(throws: FlxError.self) { try transform.apply(to: event) }
            #expect(error?.code == .limitExceeded)
        }
        #expect(try (drops + split).apply(to: event).count == 9_000)
        // A long text stands in all parts, and is in memory once.
        let note = try Event(type: "order", data: ["lines": data["lines"] ?? [], "note": .string(String(repeating: "n", count: 90_000))])
        #expect(try (split + [.drop("/note")]).apply(to: note).count == 9_000)
    }

    @Test("What is made for each of many parts is bounded", arguments: ["concat", "uppercase", "set", "copy"])
    func madeForParts(_ way: String) throws {
        let (lines, text) = (EventValue.array(Array(repeating: 1, count: 9_000)), "ä" + String(repeating: "x", count: 9_000))
        let event = try Event(type: "order", data: ["lines": lines, "t": .string(text)])
        var transform: Transform = [.split("/lines", to: "/line", type: nil)]
        let list: EventValue = .array(Array(repeating: 1, count: 1_000))
        switch way {
        case "concat": transform.steps.append(.compute("/t", .concat, of: ["/t", "/t"]))
        case "uppercase": transform.steps.append(.compute("/t", .uppercase, of: ["/t"]))
        case "set": transform.steps.append(.set("/t", list))
        default: transform.steps = [.set("/x", list)] + transform.steps + [.copy("/x", to: "/t"), .drop("/x")]
        }
        transform.steps.append(.set("/t", 1))
        let error = #expect(throws: FlxError.self) { try transform.apply(to: event) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Tags and extensions, of which each part has its own, are bounded on the way", arguments: ["tags", "extensions"])
    func labelsOfParts(_ way: String) throws {
        let (parts, labels) = (500, 10_000)
        let text = Array(repeating: "a", count: labels).joined(separator: ",")
        var event = try Event(type: "order", data: ["lines": .array(Array(repeating: 1, count: parts)), "t": .string(text)])
        var transform: Transform = [.split("/lines", to: "/line", type: nil)]
        if way == "tags" {
            transform.steps += [.copy("/t", to: "tags"), .drop("tags")]
        } else {
            for number in 0..<labels { event.extensions[try ExtensionName("x\(number)")] = .integer(1) }
            transform.steps += [.set("origin", "shop")]
        }
        let error = #expect(throws: FlxError.self) { try transform.apply(to: event) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Attributes, which all parts have, count in what an event becomes", arguments: ["source", "userid"])
    func attributesOfParts(_ name: String) throws {
        let text = "/" + String(repeating: "x", count: 400_000)
        let lines = EventValue.array(Array(repeating: 1, count: 400))
        var event = try Event(type: "order", data: ["lines": lines, "t": .string(text)])
        if name == "source" { event.source = text }
        let split: Transform = [.split("/lines", to: "/line", type: nil)]
        let transform = name == "source" ? split : split + [.copy("/t", to: .attribute(name)), .drop("/t")]
        let error = #expect(throws: FlxError.self) { try transform.apply(to: event) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("A rename onto an attribute that each event has says what to do", arguments: ["id", "type", "source", "schemaversion"])
    func renameOntoAttribute(_ name: String) throws {
        let event = try Event(type: "order", data: ["a": 1])
        let error = #expect(throws: FlxError.self) { try ([.rename("/a", to: .attribute(name))] as Transform).apply(to: event) }
        #expect(error?.message.contains("copy to it") == true)
    }

    @Test("Data is read once, however many steps find nothing to do", .timeLimit(.minutes(5)))
    func readOnce() throws {
        let event = try Event(type: "order", data: ["list": .array((0..<100_000).map { .int($0) })])
        let transform = Transform((0..<2_000).map { .drop(.data(["no\($0)"])) })
        #expect(try transform.apply(to: event) == [event])
    }

    @Test("Steps that can be read can be done, however deep they are nested")
    func nested() throws {
        var step: Transform.Step = .drop("/a")
        for depth in 1...20 {
            step = .when("#", [step])
            guard let transform = try? Transform(Transform([step]).value) else {
                #expect(depth == 16)
                return
            }
            #expect(try transform.apply(to: Self.event(#"{"a":1}"#)).map { try $0.payload.value() } == [[:]])
        }
        Issue.record("steps of any depth are read")
    }

    @Test("A subscription's handler gets what becomes of an event")
    func subscription() async throws {
        let store = MemoryEventStore()
        try await store.append([try Self.event(#"{"lines":[1,2,3]}"#)], to: "order-1")
        let transform: Transform = [.split("/lines", to: "/line", type: nil)]
        let handled = Handled()
        let handler = transform.handler { await handled.add($0.event) }
        let recorded = try #require(try await store.read(.all, .forward(after: .start), limit: 1).events.first)
        try await handler(recorded)
        #expect(await handled.events.map { try? $0.payload.value()["line"] } == [1, 2, 3])
    }
}

private actor Handled {
    var events: [Event] = []
    func add(_ event: Event) { events.append(event) }
}
