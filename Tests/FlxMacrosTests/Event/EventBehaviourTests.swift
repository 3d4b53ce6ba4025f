import FlxMacros
import Foundation
import Testing

/// A namespace with its own types beside the events, and names that the expansion uses too.
private enum Shop {
    struct EventType: Codable, Equatable, Sendable {
        var code: Int
    }

    @Event("shop.order.placed", version: 3, category: .created, keys: .snakeCase)
    fileprivate struct OrderPlaced: Equatable {
        var orderID: UUID
        var json: String
        let note: String?
        var field: [String: Int]
        var total: Decimal = 1
        var kind: EventType
        var `default` = true
        var lines: [EventType]!
        let format = 7
        static let limit = 9
        var double: Int { field.count * 2 }
    }

    @Event
    fileprivate struct CartHTTPCleared: Equatable, Codable {}

    @Event(keys: .snakeCase)
    fileprivate struct Shipped: Codable {
        let parcelID: Int
    }

    @Event(category: nil)
    fileprivate struct Tagged: Equatable {
        var labels: [String] = ["shop:1"]
        var tags: [FlxCore.Tag] { labels.map { FlxCore.Tag(stringLiteral: $0) } }
        let category: String
        private(set) var changes = 0 {
            didSet { changes += 1 }
        }
    }
}

@Suite struct EventBehaviourTests {
    private static let id = UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8")!
    private static let placed = Shop.OrderPlaced(
        orderID: id, json: "{}", note: nil, field: ["a": 1], kind: Shop.EventType(code: 5), lines: [Shop.EventType(code: 6)])
    private static let text = #"""
        {"order_id":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","json":"{}","note":null,"field":{"a":1},"total":1,"kind":{"code":5},\#
        "default":true,"lines":[{"code":6}]}
        """#

    @Test func `the attribute gives name, version and category`() {
        #expect(Shop.OrderPlaced.eventType == "shop.order.placed")
        #expect(Shop.OrderPlaced.schemaVersion == 3)
        #expect(Shop.OrderPlaced.category == .created)
        #expect(Shop.CartHTTPCleared.eventType == "cart.http.cleared")
        #expect(Shop.CartHTTPCleared.schemaVersion == 1)
        #expect(Shop.CartHTTPCleared.category == nil)
    }

    @Test func `the payload has one field for each stored property, in order`() throws {
        let bytes = try Self.placed.json()
        #expect(String(decoding: bytes, as: UTF8.self) == Self.text)
        #expect(try Shop.OrderPlaced(json: bytes) == Self.placed)
        #expect(try Shop.CartHTTPCleared().json() == Array("{}".utf8))
    }

    @Test func `fields come in any order, and unknown ones are passed over`() throws {
        let text = #"{"x":[1,{"y":2}],"kind":{"code":5,"z":0},"field":{"a":1},"json":"{}","order_id":"\#(Self.id)","lines":[{"code":6}]}"#
        #expect(try Shop.OrderPlaced(json: Array(text.utf8)) == Self.placed)
        #expect(try Shop.CartHTTPCleared(json: Array(#"{"x":[1]}"#.utf8)) == Shop.CartHTTPCleared())
    }

    @Test func `an absent optional is nil and an absent field with a value keeps it`() throws {
        let text = #"{"order_id":"\#(Self.id)","json":"","field":{},"kind":{"code":5}}"#
        let event = try Shop.OrderPlaced(json: Array(text.utf8))
        #expect(event.note == nil && event.lines == nil && event.total == 1 && event.default)
        let other = #"{"order_id":"\#(Self.id)","json":"","field":{},"kind":{"code":5},"note":"n","lines":[],"total":2,"default":false}"#
        let full = try Shop.OrderPlaced(json: Array(other.utf8))
        #expect(full.note == "n" && full.lines == [] && full.total == 2 && !full.default)
    }

    @Test(arguments: [
        (#"{"json":"","field":{},"kind":{"code":5}}"#, "order_id"), (#"{"order_id":"\#(id)","json":"","field":{}}"#, "kind"),
    ])
    func `a missing field is named`(text: String, field: String) throws {
        let error = #expect(throws: FlxError.self) { try Shop.OrderPlaced(json: Array(text.utf8)) }
        #expect(error?.code == .typeMismatch)
        #expect(error?.message.contains("'\(field)'") == true)
    }

    @Test func `a null is no value, and a wrong value is told with its place`() throws {
        let null = #"{"order_id":"\#(Self.id)","json":null,"field":{},"kind":{"code":5}}"#
        let error = #expect(throws: FlxError.self) { try Shop.OrderPlaced(json: Array(null.utf8)) }
        #expect(error?.code == .typeMismatch)
        #expect(error?.location?.pointer == "/json")
    }

    @Test func `a property may stand for the labels, and share its name with a static member`() throws {
        let event = Shop.Tagged(category: "c")
        #expect(try Event(event).tags == ["shop:1"])
        #expect(try String(decoding: event.json(), as: UTF8.self) == #"{"labels":["shop:1"],"category":"c","changes":0}"#)
    }

    @Test func `the events of this program are found`() throws {
        let found = EventHandlerRegistry.discovered().eventTypes.map(ObjectIdentifier.init)
        #expect(found.contains(ObjectIdentifier(Shop.OrderPlaced.self)))
        #expect(found.contains(ObjectIdentifier(Shop.CartHTTPCleared.self)))
        #expect(Set(found).count == found.count)
    }

    @Test func `a type that is Codable too keeps the macro's keys`() throws {
        #expect(try String(decoding: Shop.Shipped(parcelID: 7).json(), as: UTF8.self) == #"{"parcel_id":7}"#)
        #expect(try Shop.Shipped(json: Array(#"{"parcel_id":8}"#.utf8)).parcelID == 8)
    }

    @Test func `all events of this program have names of their own`() throws {
        let registry = EventHandlerRegistry.discovered()
        #expect(try registry.events().type(named: "shop.order.placed", version: 3) == Shop.OrderPlaced.self)
    }
}
