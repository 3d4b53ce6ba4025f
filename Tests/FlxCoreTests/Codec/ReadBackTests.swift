import FlxCore
import Foundation
import Testing

/// What is written for an event is within the limits that it is read with, or refused before it is recorded.
@Suite("What is written can be read again") struct ReadBackTests {
    /// A tree, as a type that writes itself has it.
    struct Tree: JSONCodable, Codable {
        var branches: [Tree] = []

        init(depth: Int) { if depth > 1 { branches = [Tree(depth: depth - 1)] } }
        init(json: inout JSONReader) throws(FlxError) { branches = try [Tree](json: &json) }
        func write(to json: inout JSONWriter) throws(FlxError) { try branches.write(to: &json) }
    }

    struct Grown: DomainEvent {
        static let eventType: EventType = "grown"
        var tree: Tree

        init(tree: Tree) { self.tree = tree }
        init(json: inout JSONReader) throws(FlxError) { tree = try Tree(json: &json) }
        func write(to json: inout JSONWriter) throws(FlxError) { try tree.write(to: &json) }
    }

    /// A `Codable` type that holds a value in a container within its container.
    struct Nested: Encodable {
        enum Key: CodingKey { case outer, inner }
        var value: EventValue
        var tree: Tree?

        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Key.self)
            var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .outer)
            try inner.encode(value, forKey: .inner)
            if let tree { try inner.encode(tree, forKey: .outer) }
        }
    }

    struct Headers: DomainEvent, Codable {
        static let eventType: EventType = "page.fetched"
        var headers: [String: String]
    }

    static func code(_ body: () throws -> Void) -> FlxError.Code? { JSONLimitsTests.code(body) }

    static func deep(_ depth: Int) -> EventValue { (0..<depth).reduce(1) { value, _ in [value] } }

    @Test("A value of any type that is nested too deeply is refused when it is written")
    func depth() throws {
        let event = try Event(Grown(tree: Tree(depth: 64)))
        #expect(try event.decode(as: Grown.self).tree.json() == Tree(depth: 64).json())
        #expect(Self.code { _ = try Event(Grown(tree: Tree(depth: 65))) } == .limitExceeded)
        #expect(Self.code { _ = try Payload.json(Tree(depth: 65)) } == .limitExceeded)
        #expect(Self.code { _ = try EventEncoder().encode(Tree(depth: 65)) } == .limitExceeded)
        #expect(Self.code { _ = try EventEncoder().encode(["a": Tree(depth: 64)]) } == .limitExceeded)
        #expect(Self.code { _ = try Set([EventValue.array([Self.deep(63)])]).json() } == .limitExceeded)

        let nested = try EventEncoder().encode(Nested(value: Self.deep(62)))
        #expect(try EventValue(json: nested)["outer"]?["inner"] == Self.deep(62))
        #expect(Self.code { _ = try EventEncoder().encode(Nested(value: Self.deep(63))) } == .limitExceeded)
        #expect(Self.code { _ = try EventEncoder().encode(Nested(value: 1, tree: Tree(depth: 63))) } == .limitExceeded)
    }

    @Test("A key that is too long to be read, as it is written, is refused", arguments: ["k", "é", "\n", "\""])
    func keys(_ letter: String) throws {
        let width = letter == "k" ? 1 : 2
        for (count, isGood) in [(1024 / width, true), (1024 / width + 1, false)] {
            let key = String(repeating: letter, count: count)
            let expected: FlxError.Code? = isGood ? nil : .limitExceeded
            var event: Event?
            #expect(Self.code { event = try Event(Headers(headers: [key: "v"])) } == expected)
            if let event { #expect(try event.decode(as: Headers.self).headers == [key: "v"]) }
            event = nil
            #expect(Self.code { event = try Event(type: "t", data: ([:] as EventValue).with(key, 1)) } == expected)
            if let event { #expect(try event.value[key] == 1) }
            #expect(Self.code { _ = try Payload.json([key: 1]) } == expected)
            #expect(Self.code { _ = try EventEncoder().encode([key: Double?.none]) } == expected)
            #expect(Self.code { _ = try EventEncoder().encode(Nested(value: ([:] as EventValue).with(key, 1))) } == expected)
            #expect(Self.code { _ = try CBOR.encode(Headers(headers: [key: "v"])) } == expected)
        }
    }

    @Test("A number that is too long to be read is refused")
    func numbers() throws {
        let long = Array(String(repeating: "7", count: 1025).utf8)
        let value = try EventValue(json: long, limits: JSONLimits(maximumNumberBytes: 2000))
        #expect(Self.code { _ = try Event(type: "t", data: value) } == .limitExceeded)
    }
}

extension EventValue {
    fileprivate func with(_ key: String, _ value: EventValue) -> EventValue {
        var copy = self
        copy[key] = value
        return copy
    }
}
