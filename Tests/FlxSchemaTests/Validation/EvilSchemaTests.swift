import FlxCore
import OrderedCollections
import Synchronization
import Testing

@testable import FlxSchema

@Suite("Schemas made to take long")
struct EvilSchemaTests {
    @Test("There are two hundred of them")
    func count() {
        #expect(EvilSchema.all.count >= 200)
    }

    @Test("Each is refused, answered, or given up within its steps", arguments: EvilSchema.all)
    func bounded(evil: EvilSchema) throws {
        do {
            var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
            let program = try compiler.compile(evil.schema, at: "")
            #expect(program.nodes.count <= SchemaCompiler.maximumWork)
            var run = SchemaRun(program, limits: .standard, isQuiet: false)
            do {
                _ = try run.check(0, evil.value)
                #expect(run.steps >= 0)
            } catch {
                #expect(error.code == .limitExceeded)
                // What is one step costs at most as much as one part of a value or 16 bytes of a text.
                #expect(run.steps > -100_000)
            }
            #expect(run.violations.count <= SchemaLimits.standard.maximumViolations)
        } catch {
            let known: Set<FlxError.Code> = [.limitExceeded, .invalidValue, .notFound]
            #expect(known.contains(error.code), "\(error)")
        }
    }

    private static let names = (0..<20_000).map { "k\($0)" }
    private static let members = EventValue.object(.init(uniqueKeysWithValues: names.map { (ExactText($0), EventValue.int(1)) }))
    private static let rules = EventValue.object(.init(uniqueKeysWithValues: names.map { (ExactText($0), EventValue.array([])) }))

    private static let number = JSONNumber(String(repeating: "1", count: 1_000)).map { EventValue.number($0) } ?? .null

    private static let unpaid: [(EventValue, EventValue)] = [
        (["dependentRequired": rules], ["z": 1]), (["properties": ["z": true]], members),
        (["allOf": [["additionalProperties": true]], "unevaluatedProperties": false], members),
        (["pattern": "^b"], .string(String(repeating: "a", count: 64_000))),
        (["items": ["minimum": 0]], .array(Array(repeating: number, count: 100))),
        (["patternProperties": .object(.init(uniqueKeysWithValues: names.prefix(100).map { (ExactText("^" + $0), true) }))], few),
    ]

    private static let few = EventValue.object(.init(uniqueKeysWithValues: names.prefix(20).map { (ExactText("z" + $0), 1) }))

    @Test("What is looked at is paid for, also where it is passed over", arguments: unpaid)
    func paid(schema: EventValue, value: EventValue) throws {
        var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
        var run = SchemaRun(try compiler.compile(schema, at: ""), limits: SchemaLimits(maximumSteps: 1_000_000), isQuiet: true)
        _ = try run.check(0, value)
        let least = (schema["allOf"] == nil ? 1_000 : 23_000)
        #expect(1_000_000 - run.steps >= least, "\(1_000_000 - run.steps)")
    }

    @Test("Messages with long places are paid for, also those of branches that are forgotten, and so is the way to a dynamic anchor")
    func places() throws {
        func steps(_ schema: EventValue, _ value: EventValue) throws -> Int {
            var compiler = SchemaCompiler(resolver: .none, assertsFormats: true)
            var run = SchemaRun(try compiler.compile(schema, at: ""), limits: SchemaLimits(maximumSteps: 1_000_000), isQuiet: false)
            _ = try run.check(0, value)
            return 1_000_000 - run.steps
        }
        let key = String(repeating: "k", count: 1_000)
        let deep = (0..<10).reduce(1 as EventValue) { inner, _ in [key: inner] }
        let branches: EventValue = ["anyOf": .array((0..<50).map { _ in false } + [true])]
        let schema: EventValue = [
            "$defs": ["any": branches], "additionalProperties": ["$ref": "#"], "if": ["type": "integer"], "then": ["$ref": "#/$defs/any"],
        ]
        #expect(try steps(schema, deep) > 50 * 10_000 / 64)
        #expect(try steps(schema, 1) < 100)
        let names = (0..<8).map { EventValue.string("\($0)" + String(repeating: "n", count: 1_000)) }
        let missing: EventValue = ["items": ["anyOf": [["required": .array(names)], true]]]
        #expect(try steps(missing, .array(Array(repeating: [:], count: 100))) > 100 * 8 * 80 / 64)
        let parts = (0..<80).map { (ExactText("r\($0)"), ["$id": "http://e.org/r\($0)", "$ref": "r\($0 + 1)"] as EventValue) }
        let last: EventValue = ["$id": "http://e.org/r80", "$defs": ["m": ["$dynamicAnchor": "m"]], "items": ["$dynamicRef": "#m"]]
        let all = EventValue.object(.init(uniqueKeysWithValues: parts + [("r80", last)]))
        let scopes: EventValue = ["$id": "http://e.org/a", "$ref": "r0", "$defs": all]
        #expect(try steps(scopes, .array((0..<100).map { .int($0) })) > 1_000)
    }

    @Test("Schemas ask each other as deep as values are, and not deeper than the stack of a small thread")
    func deep() throws {
        let value = (0..<63).reduce(1 as EventValue) { inner, _ in ["a": inner] }
        let tree = try JSONSchema(["properties": ["a": ["anyOf": [["$ref": "#"], ["type": "null"]]]]])
        #expect(try tree.accepts(value))
        let row = (0..<200).map { (ExactText("d\($0)"), ["if": ["$ref": .string("#/$defs/d\($0 + 1)")]] as EventValue) }
        let definitions = EventValue.object(.init(uniqueKeysWithValues: row + [("d200", true)]))
        let error = #expect(throws: FlxError.self) { try JSONSchema(["$ref": "#/$defs/d0", "$defs": definitions]).accepts(1) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Parts of patterns that repeat nothing count as much as others")
    func emptyParts() {
        let patterns = (0..<50).map { ["pattern": .string("(){\(39_900 - $0)}")] as EventValue }
        let error = #expect(throws: FlxError.self) { try JSONSchema(["allOf": .array(patterns)]) }
        #expect(error?.message.contains("all patterns together") == true)
        #expect(throws: Never.self) { try JSONSchema(["allOf": .array(Array(patterns.prefix(3)))]) }
    }

    @Test("URIs in each other do not grow without an end")
    func uris() {
        let part = String(repeating: "x", count: 300) + "/"
        let nested = (0..<5).reduce(["type": "string"]) { inner, _ in ["$id": .string(part), "properties": ["a": inner]] } as EventValue
        let error = #expect(throws: FlxError.self) { try JSONSchema(nested) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("The document of a dialect is read once, however many schemas name it")
    func dialects() throws {
        let asked = Mutex<[String]>([])
        let resolver = SchemaResolver { uri throws(FlxError) in
            asked.withLock { $0.append(uri) }
            return [:]
        }
        let parts = (0..<100).map { (ExactText("r\($0)"), ["$id": .string("r\($0)"), "$schema": "http://e.org/d"] as EventValue) }
        _ = try JSONSchema(["$id": "http://e.org/", "$defs": .object(.init(uniqueKeysWithValues: parts))], resolving: resolver)
        #expect(asked.withLock(\.self) == ["http://e.org/d"])
    }

    @Test("Values in values are compiled within a limit, and so are names that no event can have")
    func values() throws {
        let text = EventValue.string(String(repeating: "a", count: 400_000))
        for keyword in ["const", "enum"] {
            let step = keyword == "enum" ? "/enum/0" : "/const"
            let nested = (0..<30).reduce(text) { inner, _ in [keyword: keyword == "enum" ? .array([inner]) : inner] }
            let places = (0..<30).map { ["$ref": .string("#/$defs/x" + String(repeating: step, count: $0))] as EventValue }
            let error = #expect(throws: FlxError.self) { try JSONSchema(["$defs": ["x": nested], "allOf": .array(places)]) }
            #expect(error?.code == .limitExceeded)
            _ = try JSONSchema(nested)
        }
        let name = EventValue.string(String(repeating: "n", count: 1_025))
        for schema: EventValue in [["required": [name]], ["dependentRequired": ["a": ["b", name]]]] {
            let error = #expect(throws: FlxError.self) { try JSONSchema(schema) }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test("A message is short, however long a character is")
    func messages() throws {
        let text = "a" + String(repeating: "\u{301}", count: 5_000)
        let message = try JSONSchema(["type": "null"]).violations(of: .string(text)).first?.message ?? ""
        #expect((1..<200).contains(message.utf8.count))
        for schema: EventValue in [["enum": [.string(text)]], ["const": .string(text)], ["pattern": .string(text)]] {
            let message = try JSONSchema(schema).violations(of: "b").first?.message ?? ""
            #expect((1..<600).contains(message.utf8.count))
        }
        let error = #expect(throws: FlxError.self) { try JSONSchema(["pattern": .string("(" + text)]) }
        #expect((1..<600).contains(error?.message.utf8.count ?? 0))
    }

    @Test("Rounds through dynamic anchors are paid for: each may find the name that the next one is for")
    func rounds() throws {
        func schema(_ count: Int) -> EventValue {
            func anchors(_ schema: (Int) -> EventValue) -> EventValue {
                .object(.init(uniqueKeysWithValues: (0..<count).map { (ExactText("a\($0)"), schema($0)) }))
            }
            let ends = anchors { ["$dynamicAnchor": .string("n\($0)")] }
            let links = anchors { ["$dynamicAnchor": .string("n\($0)"), "$dynamicRef": .string("t#n\(min($0 + 1, count - 1))")] }
            let all: EventValue = ["t": ["$id": "t", "$defs": ends], "s": ["$id": "s", "$dynamicRef": "t#n0", "$defs": links]]
            return ["$id": "http://e.org/r", "$ref": "s", "$defs": all]
        }
        _ = try JSONSchema(schema(100))
        let error = #expect(throws: FlxError.self) { try JSONSchema(schema(1_200)) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("A text that names properties of characters thousands of times is read in time", .timeLimit(.minutes(3)))
    func properties() throws {
        let schema = try JSONSchema(["items": ["format": "regex"]], assertingFormats: true)
        let text = String(repeating: #"\p{Emoji}"#, count: 4_000)
        let limits = SchemaLimits(maximumSteps: 1_000_000)
        #expect(try schema.accepts(.array(Array(repeating: .string(text), count: 100)), limits: limits))
    }

    @Test("Steps are counted: what is done is paid for")
    func counted() throws {
        let schema = try JSONSchema(["items": ["minimum": 0]])
        let value = EventValue.array((0..<1_000).map { .int($0) })
        #expect(try schema.accepts(value))
        let error = #expect(throws: FlxError.self) { try schema.accepts(value, limits: SchemaLimits(maximumSteps: 500)) }
        #expect(error?.code == .limitExceeded)
    }
}
