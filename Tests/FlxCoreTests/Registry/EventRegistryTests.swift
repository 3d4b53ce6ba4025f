import FlxCore
import Testing

/// Events of an invented shop, each with the code that a person would write by hand.
enum Shop {
    struct Placed: DomainEvent, Hashable {
        static let eventType: EventType = "order.placed"
        static let category: EventCategory? = .created
        var order: String
        var total: Int
        var tags: [FlxCore.Tag] { (try? FlxCore.Tag("order:" + order)).map { [$0] } ?? [] }

        private static let jsonFields = JSONFields("order", "total")

        init(order: String, total: Int) {
            self.order = order
            self.total = total
        }

        func write(to json: inout JSONWriter) throws(FlxError) {
            json.beginObject()
            try json.field("order", order)
            try json.field("total", total)
            json.endObject()
        }

        init(json: inout JSONReader) throws(FlxError) {
            var order: String?
            var total: Int?
            try json.beginObject()
            while let field = try json.nextField(of: Self.jsonFields) {
                switch field {
                case 0: order = try json.read()
                default: total = try json.read()
                }
            }
            guard let order else { throw json.missing("order") }
            guard let total else { throw json.missing("total") }
            self.init(order: order, total: total)
        }
    }

    /// The same name in a later version.
    struct PlacedLater: DomainEvent, Hashable {
        static let eventType: EventType = "order.placed"
        static let schemaVersion = 2
        func write(to json: inout JSONWriter) throws(FlxError) { json.beginObject(); json.endObject() }
        init() {}
        init(json: inout JSONReader) throws(FlxError) { try json.skipValue() }
    }

    /// Claims the name and version of ``Placed``, and its category.
    struct Impostor: DomainEvent {
        static let eventType: EventType = "order.placed"
        static let category: EventCategory? = .created
        func write(to json: inout JSONWriter) throws(FlxError) { json.writeNull() }
        init(json: inout JSONReader) throws(FlxError) { try json.skipValue() }
    }
}

@Suite struct EventRegistryTests {
    @Test func findsATypeByNameAndVersion() throws {
        let registry = try EventRegistry(Shop.PlacedLater.self, Shop.Placed.self)
        #expect(registry.type(named: "order.placed") == Shop.Placed.self)
        #expect(registry.type(named: "order.placed", version: 2) == Shop.PlacedLater.self)
        #expect(registry.type(named: "order.placed", version: 3) == nil)
        #expect(registry.type(named: "order.lost") == nil)
        #expect(registry.all.map { $0.schemaVersion } == [1, 2])
    }

    @Test func decodesToTheRegisteredType() throws {
        let registry = try EventRegistry(Shop.Placed.self, Shop.PlacedLater.self)
        let placed = Shop.Placed(order: "o1", total: 3)
        #expect(try registry.decode(Event(placed)) as? Shop.Placed == placed)
        #expect(try registry.decode(Event(Shop.PlacedLater())) is Shop.PlacedLater)
    }

    @Test func leavesUnknownTypesAndVersionsOpaque() throws {
        let registry = try EventRegistry(Shop.Placed.self)
        #expect(try registry.decode(Event(type: "order.lost", data: ["why": "rain"])) == nil)
        #expect(try registry.decode(Event(Shop.PlacedLater())) == nil)
    }

    @Test func aPayloadThatDoesNotFitIsATypedErrorWithItsPlace() throws {
        let registry = try EventRegistry(Shop.Placed.self)
        let event = try Event(type: "order.placed", data: ["order": "o1", "total": "many"])
        let error = #expect(throws: FlxError.self) { try registry.decode(event) }
        #expect(error?.code == .typeMismatch)
        #expect(error?.location?.pointer == "/total")
    }

    @Test func aClashNamesBothTypes() throws {
        var registry = try EventRegistry(Shop.Placed.self)
        try registry.register(Shop.Placed.self)
        let error = #expect(throws: FlxError.self) { try registry.register(Shop.Impostor.self) }
        #expect(error?.code == .registration)
        #expect(error?.message.contains("Shop.Placed") == true && error?.message.contains("Shop.Impostor") == true)
        #expect(registry.type(named: "order.placed") == Shop.Placed.self)
    }

    @Test func aCategoryReflectsToTheTypeOfTheLongestPrefix() throws {
        struct Wholesale: DomainEvent {
            static let eventType: EventType = "wholesale.placed"
            static let category: EventCategory? = .created
            func write(to json: inout JSONWriter) throws(FlxError) { json.writeNull() }
            init(json: inout JSONReader) throws(FlxError) { try json.skipValue() }
        }
        var registry = EventRegistry()
        try registry.reflect(Shop.Placed.self)
        try registry.reflect(Shop.Placed.self)
        try registry.reflect(Wholesale.self, inStreamsOf: "wholesale-")
        #expect(registry.type(reflecting: .created, in: nil) == Shop.Placed.self)
        #expect(registry.type(reflecting: .created, in: "wholesale-7") == Wholesale.self)
        #expect(registry.type(reflecting: .created, in: "whole") == Shop.Placed.self)
        #expect(registry.type(reflecting: .deleted, in: nil) == nil)
        #expect(registry.all.count == 2)
    }

    @Test func aCategoryReflectsToOneType() throws {
        var registry = EventRegistry()
        try registry.reflect(Shop.Placed.self)
        let clash = #expect(throws: FlxError.self) { try registry.reflect(Shop.Impostor.self) }
        #expect(clash?.code == .registration)
        let without = #expect(throws: FlxError.self) { try registry.reflect(Shop.PlacedLater.self) }
        #expect(without?.message.contains("no category") == true)
    }
}
