import FlxEvents
import FlxTesting
import Logging
import Testing

@Suite("Registry of schemas and upcasters")
struct SchemaRegistryChainTests {
    private static func object(_ properties: EventValue, required: [EventValue] = []) -> EventValue {
        ["type": "object", "properties": properties, "required": .array(required)]
    }

    private static let bill = EventSchema("bill.sent", object(["sum": ["type": "integer"]], required: ["sum"]))
    private static let invoice = EventSchema("invoice.sent", object(["sum": ["type": "integer"]], required: ["sum"]))
    private static let newest = EventSchema(
        "invoice.sent", version: 2,
        object(["amount": ["type": "integer"], "currency": ["type": "string"]], required: ["amount", "currency"]))

    private static func steps(_ json: String) throws -> UpcasterChain {
        try UpcasterChain(try Upcaster.list(json: Array(json.utf8)))
    }

    @Test("A version that a chain leads to the new one is read through it")
    func chain() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([Self.invoice])
        await #expect(throws: FlxError.self) { try await registry.register([Self.newest]) }
        let byFunction = try UpcasterChain([.json("invoice.sent", from: 1) { $0 = ["amount": $0["sum"] ?? 0, "currency": "EUR"] }])
        #expect(try await registry.register([Self.newest], reading: byFunction) == [Self.newest])
    }

    @Test("Events that the steps lead to an older version, and no further, are read as that is")
    func stops() async throws {
        let chain = try Self.steps(#"[{"from":"t","do":[{"rename":"/a","to":"/b"}]},{"from":"u","do":[{"retype":"t","version":2}]}]"#)
        let third = EventSchema("t", version: 3, Self.object(["b": ["type": "integer"]]))
        for first in [EventSchema("t", Self.object(["a": ["type": "string"]])), EventSchema("u", Self.object(["b": ["type": "string"]]))] {
            let registry = SchemaRegistry(in: MemoryEventStore())
            try await registry.register([first])
            let error = await #expect(throws: FlxError.self) { try await registry.register([third], reading: chain) }
            #expect(error?.message.contains("t v3 breaks the promise to readers of \(first.subject)") == true)
            let wider = EventSchema("t", version: 3, Self.object(["b": ["type": ["integer", "string"]]]))
            #expect(try await registry.register([wider], reading: chain) == [wider])
        }
        // They never become the version before the one that they lead to.
        let late = try Self.steps(#"[{"from":"t","do":[{"retype":"t","version":3}]}]"#)
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([EventSchema("t", Self.object(["a": ["type": "string"]]))])
        let second = EventSchema("t", version: 2, Self.object(["a": ["type": "null"]]))
        #expect(try await registry.register([second], reading: late) == [second])
    }

    @Test("Steps that are data are compared by what they make of the schema")
    func data() async throws {
        let good = #"[{"from":"invoice.sent","do":[{"rename":"/sum","to":"/amount"},{"default":"/currency","value":"EUR"}]}]"#
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([Self.invoice])
        let wrong = [
            good.replacing(#""EUR""#, with: "1"), good.replacing("/amount", with: "/total"),
            #"[{"from":"invoice.sent","do":[{"rename":"/sum","to":"/amount"}]}]"#,
        ]
        for bad in wrong {
            let chain = try Self.steps(bad)
            let error = await #expect(throws: FlxError.self) { try await registry.register([Self.newest], reading: chain) }
            #expect(error?.code == .registration, "\(bad)")
        }
        #expect(try await registry.register([Self.newest], reading: try Self.steps(good)) == [Self.newest])
        let dropped = EventSchema("invoice.sent", version: 3, Self.object(["amount": ["type": "integer"], "currency": ["type": "null"]]))
        let drop = #"[{"from":"invoice.sent","version":2,"do":[{"drop":"/currency"}]},"# + good.dropFirst()
        await #expect(throws: FlxError.self) { try await registry.register([dropped]) }
        #expect(try await registry.register([dropped], reading: try Self.steps(drop)) == [dropped])
    }

    @Test("A large schema goes through thousands of steps", .timeLimit(.minutes(3)))
    func thousands() async throws {
        let steps = (1..<9_000).map { #"{"from":"t","version":\#($0),"do":[{"retype":"t","version":\#($0 + 1)}]}"# }
        let fields = (0..<4_500).map { #""p\#($0)":{"type":"integer","description":"A number."}"# }
        let schema = try EventValue(json: Array(#"{"type":"object","properties":{\#(fields.joined(separator: ","))}}"#.utf8))
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([EventSchema("t", schema)])
        let new = EventSchema("t", version: 9_000, schema)
        #expect(try await registry.register([new], reading: try Self.steps("[" + steps.joined(separator: ",") + "]")) == [new])
    }

    @Test("Steps change the event, and not what is described by a reference to it or to its fields")
    func references() async throws {
        func refused(_ old: EventValue, _ new: EventValue, _ steps: String) async throws {
            let registry = SchemaRegistry(in: MemoryEventStore())
            try await registry.register([EventSchema("t", old)])
            let chain = try Self.steps(#"[{"from":"t","do":\#(steps)}]"#)
            let error = await #expect(throws: FlxError.self) {
                try await registry.register([EventSchema("t", version: 2, new)], reading: chain)
            }
            #expect(error?.code == .registration, "\(new)")
        }
        let tree: EventValue = ["name": ["type": "string"], "child": ["$ref": "#"]]
        var priced = tree
        priced["currency"] = ["type": "string"]
        let add = #"[{"default":"/currency","value":"EUR"}]"#
        // The child of an old event gets no currency.
        try await refused(Self.object(tree), Self.object(priced, required: ["currency"]), add)
        for document in ["", "./"] {
            let old: EventValue = ["sum": ["type": "integer"], "child": ["$ref": .string(document)]]
            let new: EventValue = ["amount": ["type": "integer"], "child": Self.object(["sum": ["type": "string"]])]
            try await refused(Self.object(old, required: ["sum"]), Self.object(new), #"[{"rename":"/sum","to":"/amount"}]"#)
        }
        for place in ["#/properties/a", "./#/properties/a", "#%2Fproperties%2Fa", "#/%70roperties/a"] {
            try await refused(
                Self.object(["a": ["type": "string"], "b": ["$ref": .string(place)]], required: ["a", "b"]),
                Self.object(["a": ["const": 5], "b": ["type": "integer"]], required: ["a", "b"]), #"[{"set":"/a","value":5}]"#)
        }
        // A field that must be there has no default, whatever it is.
        try await refused(
            ["type": "object", "required": ["a"]], Self.object(["a": ["const": 1]]), #"[{"default":"/a","value":1}]"#)
        try await refused(
            Self.object(["a": ["type": "string"], "b": ["$dynamicRef": "#/properties/a"]], required: ["a", "b"]),
            Self.object(["a": ["const": 5], "b": ["type": "integer"]], required: ["a", "b"]), #"[{"set":"/a","value":5}]"#)
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([EventSchema("t", Self.object(tree))])
        let chain = try Self.steps(#"[{"from":"t","do":\#(add)}]"#)
        let named: EventValue = ["name": ["type": "string"], "currency": ["type": "string"], "child": ["type": "object"]]
        let next = EventSchema("t", version: 2, Self.object(named, required: ["currency"]))
        #expect(try await registry.register([next], reading: chain) == [next])
    }

    @Test("What steps make is not known where references to the fields stand in no schema, or in one with a name of its own")
    func unseenReferences() throws {
        let chain = try Self.steps(#"[{"from":"t","do":[{"set":"/a","value":5}]}]"#)
        func guessed(_ schema: EventValue, _ definitions: EventValue = [:]) -> Bool {
            var old = Self.object(["a": ["type": "string"], "b": schema], required: ["a", "b"])
            old["$defs"] = definitions
            let evolution = SchemaEvolution(known: [EventSchema("t", old)], chain: chain)
            return evolution.guessed(for: EventVersion("t", 2)) == [EventVersion("t", 1)]
        }
        #expect(guessed(["$ref": "#/$defs/x/more"], ["x": ["more": ["$ref": "#/properties/a"]]]))
        #expect(guessed(["$ref": "#/$defs/x/const/0"], ["x": ["const": [["items": ["$ref": "#/properties/a"]]]]]))
        #expect(guessed(["$id": "part", "$ref": "./#/properties/a"]))
        #expect(guessed(["$id": "one/part", "items": ["$ref": "..#/properties/a"]]))
        #expect(!guessed(["$id": "part", "$ref": "#/$defs/y", "$defs": ["y": ["type": "string"]]]))
        #expect(!guessed(["$ref": "#/$defs/x"], ["x": ["items": ["$ref": "#/properties/a"]]]))
    }

    @Test("Schemas that refer to other documents are compared where these are known")
    func resolved() async throws {
        func schema(_ version: Int, _ more: EventValue) -> EventSchema {
            EventSchema("t", version: version, Self.object(["sum": ["$ref": "https://e.org/money"], "x": more]))
        }
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([schema(1, true)])
        await #expect(throws: FlxError.self) { try await registry.register([schema(2, true), schema(3, ["type": "string"])]) }
        let resolver = SchemaResolver.documents(["https://e.org/money": ["type": "integer"]])
        #expect(try await registry.register([schema(2, true)], resolving: resolver).count == 1)
        let narrow = schema(3, ["type": "string"])
        let error = await #expect(throws: FlxError.self) { try await registry.register([narrow], resolving: resolver) }
        #expect(error?.message.contains("breaks the promise") == true)
    }

    @Test("A type that got another name is compared with the new one")
    func renamed() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([Self.bill])
        let chain = try UpcasterChain([.renamed("bill.sent", to: "invoice.sent")])
        let other = EventSchema("invoice.sent", Self.object(["sum": ["type": "string"]], required: ["sum"]))
        let error = await #expect(throws: FlxError.self) { try await registry.register([other], reading: chain) }
        #expect(error?.message.contains("invoice.sent v1 breaks the promise to readers of bill.sent v1") == true)
        #expect(try await registry.register([Self.invoice], reading: chain) == [Self.invoice])
    }

    @Test("Old readers that downcasters serve are served")
    func forward() async throws {
        let registry = SchemaRegistry(in: MemoryEventStore())
        try await registry.register([Self.invoice])
        let up: [Upcaster] = [.json("invoice.sent", from: 1) { $0 = ["amount": $0["sum"] ?? 0, "currency": "EUR"] }]
        let one = try UpcasterChain(up)
        await #expect(throws: FlxError.self) { try await registry.register([Self.newest], keeping: .full, reading: one) }
        let both = try UpcasterChain(up, down: [.json("invoice.sent", from: 2) { $0 = ["sum": $0["amount"] ?? 0] }])
        #expect(try await registry.register([Self.newest], keeping: .full, reading: both) == [Self.newest])
    }

    @Test("Records that are damaged or of another kind are told of and stop nobody")
    func damage() async throws {
        let (store, lines) = (MemoryEventStore(), Seen<String>())
        let registry = SchemaRegistry(in: store, logger: Logger(label: "test") { _ in LineHandler(lines: lines) })
        try await registry.register([Self.invoice])
        let crafted: [EventValue] = [
            [:], ["type": "invoice.sent"], ["type": "", "version": 1, "schema": [:]], ["type": "a", "version": 0, "schema": [:]],
            ["type": "a", "version": -9_223_372_036_854_775_808, "schema": [:]],
            ["type": "a", "version": .number(JSONNumber(UInt64.max)), "schema": [:]],
            ["type": "a", "version": 1, "schema": ["type": "text"]], ["type": "a", "version": 1, "schema": 5], [1],
            ["type": "invoice.sent", "version": 1, "schema": ["type": "string"]],
        ]
        for data in crafted {
            try await store.append([Event(type: "flx.schema.registered", data: data)], to: SchemaRegistry.stream)
        }
        try await store.append([Event(type: "flx.schema.registered", payload: try .text("x"))], to: SchemaRegistry.stream)
        try await store.append([Event(type: "other", data: [:])], to: SchemaRegistry.stream)
        let contents = try await registry.contents()
        #expect(contents.entries.map(\.schema) == [Self.invoice])
        #expect(contents.faults.count == crafted.count + 1)
        #expect(contents.faults.last.map { "\($0)" }?.hasPrefix("the record at position 12 is passed over: ") == true)
        #expect(try await registry.entries().map(\.schema) == [Self.invoice])
        #expect(lines.values.count == crafted.count + 1)
        let wider = EventSchema("invoice.sent", version: .max, Self.object(["sum": ["type": "number"]]))
        #expect(try await registry.register([wider]) == [wider])
    }

    @Test("Steps at the end of the numbers are refused, and no step multiplies events without an end")
    func ends() async throws {
        for version in ["9223372036854775807", "2147483647", "0", "-1", "1e9223372036854775807"] {
            #expect(throws: FlxError.self, "\(version)") { try Self.steps(#"[{"from":"a","version":\#(version),"do":[]}]"#) }
        }
        #expect(Upcaster.json("a", from: .max) { _ in }.targets == [EventVersion("a", .max)])
        #expect(throws: FlxError.self) { try UpcasterChain([.json("a", from: .max) { _ in }]) }
        #expect(throws: FlxError.self) { try UpcasterChain([], down: [.json("a", from: .min) { _ in }]) }
        let list = (1...100).map(String.init).joined(separator: ",")
        let steps = (0..<30).map {
            #"{"from":"t\#($0)","do":[{"set":"/l","value":[\#(list)]},{"split":"/l","to":"/x","type":"t\#($0 + 1)"}]}"#
        }
        let store = MemoryEventStore()
        try await store.append([Event(type: "t0", data: [:])], to: "s")
        let chain = try Self.steps("[" + steps.joined(separator: ",") + "]")
        let error = await #expect(throws: FlxError.self) {
            try await EvolvingStore(store, upcasters: chain).read(.all, .forward, limit: 1)
        }
        #expect(error?.code == .typeMismatch)
    }
}
