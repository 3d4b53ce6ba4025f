import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct ProjectionExpansionTests {
    @Test func `methods become the cases of a dispatch`() {
        expectExpansion(
            of: """
                @Projection("orders", version: 2)
                public struct OpenOrders: Equatable {
                    var total = 0
                    mutating func on(_ event: OrderPlaced) { total += 1 }
                    mutating func on(cancelled event: Orders.Cancelled, _ recorded: RecordedEvent) throws { total -= 1 }
                    func on2() {}
                }
                """,
            to: """
                public struct OpenOrders: Equatable {
                    var total = 0
                    mutating func on(_ event: OrderPlaced) { total += 1 }
                    mutating func on(cancelled event: Orders.Cancelled, _ recorded: RecordedEvent) throws { total -= 1 }
                    func on2() {}

                    public nonisolated static let selection: FlxCore.Selection = .types(OrderPlaced.eventType, Orders.Cancelled.eventType)

                    public nonisolated mutating func apply(_ recorded: FlxCore.RecordedEvent) throws -> Bool {
                        switch (recorded.event.type, recorded.event.schemaVersion) {
                        case (OrderPlaced.eventType, OrderPlaced.schemaVersion):
                            try on(recorded.event.decode(as: OrderPlaced.self))
                        case (Orders.Cancelled.eventType, Orders.Cancelled.schemaVersion):
                            try on(cancelled: recorded.event.decode(as: Orders.Cancelled.self), recorded)
                        default:
                            return false
                        }
                        return true
                    }
                }

                nonisolated extension OpenOrders: FlxEvents.Projection {
                    public static let name: String = "orders"
                    public static let version: Int = 2

                    \(record(of: "OpenOrders()"))
                }
                """)
    }

    @Test func `a projection may have a selection of its own, and is not found by itself if it needs arguments`() {
        expectExpansion(
            of: """
                @Projection
                struct OpenOrders {
                    static let selection = Selection.prefix("order-")
                    let limit: Int
                    mutating func on(_ event: OrderPlaced) throws {}
                }
                """,
            to: """
                struct OpenOrders {
                    static let selection = Selection.prefix("order-")
                    let limit: Int
                    mutating func on(_ event: OrderPlaced) throws {}

                    nonisolated mutating func apply(_ recorded: FlxCore.RecordedEvent) throws -> Bool {
                        switch (recorded.event.type, recorded.event.schemaVersion) {
                        case (OrderPlaced.eventType, OrderPlaced.schemaVersion):
                            try on(recorded.event.decode(as: OrderPlaced.self))
                        default:
                            return false
                        }
                        return true
                    }
                }

                nonisolated extension OpenOrders: FlxEvents.Projection {
                    static let name: String = "open-orders"
                    static let version: Int = 1
                }
                """)
    }
}
