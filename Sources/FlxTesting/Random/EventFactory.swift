public import FlxCore

/// A factory for events of every shape that a store must keep. Its small vocabulary lets selections find some of them.
///
/// ```swift
/// var factory = EventFactory(seed: 7)
/// let events = factory.events(100)
/// ```
public struct EventFactory: Sendable {
    /// The types to choose from.
    public var types: [EventType] = ["order.placed", "order.paid", "order.line.added", "café.opened", "order"]
    /// The streams to choose from.
    public var streams: [StreamName] = ["order-1", "order-10", "order-2", "order", "basket-1", "ørder-é", "日本-1", "order-\u{10FFFD}"]
    /// The tags to choose from.
    public var tags: [Tag] = ["customer:c1", "customer:c2", "region:eu", "größe:xl", "🏷️"]
    /// The earliest time of events. Each event's time is within an hour after it.
    public var firstTime = Timestamp(nanoseconds: 1_750_000_000_000_000_000)
    /// The generator of all random choices. It advances with each event.
    public var random: SeededGenerator

    /// Creates a factory. Its events depend on the seed alone.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Returns an event in a stream of the vocabulary.
    public mutating func event() -> Event {
        Event(
            id: id(), type: random.pick(types), schemaVersion: random.number(in: 1...3),
            source: random.pick(["/shop", "urn:s%C3%BCd", "/flx"]), stream: random.pick(streams),
            time: random.once(in: 5) ? nil : time(), payload: payload(), correlationID: random.once(in: 2) ? id() : nil,
            causationID: random.once(in: 2) ? id() : nil,
            userID: random.once(in: 3) ? random.pick(["u-1", "zoë", ""]) : nil, trace: random.once(in: 3) ? trace() : nil,
            tags: random.some(of: tags).shuffled(using: &random), partitionKey: random.once(in: 4) ? "key \u{1F511}" : nil,
            dataSchema: random.once(in: 4) ? "https://example.com/schema#/a" : nil, extensions: extensions())
    }

    /// Returns `count` events.
    public mutating func events(_ count: Int) -> [Event] {
        (0..<count).map { _ in event() }
    }

    /// Returns an id: usually a UUID of version 7, sometimes a text like those of foreign producers.
    public mutating func id() -> EventID {
        if random.once(in: 8), let id = try? EventID("No-\(random.number(below: 1 << 60)) ü") { return id }
        let high = UInt64(firstTime.nanoseconds / 1_000_000) << 16 | 0x7000 | UInt64(random.number(below: 4096))
        return EventID(uuid: UInt128(high) << 64 | UInt128(random.next() >> 2 | 1 << 63))
    }

    /// Returns a time in whole seconds, milliseconds, microseconds or nanoseconds.
    public mutating func time() -> Timestamp {
        let unit = random.pick([1_000_000_000, 1_000_000, 1000, 1])
        let offset = random.number(below: 3_600_000_000_000) / unit * unit
        return firstTime.advanced(by: .nanoseconds(offset))
    }

    /// Returns a payload of any form.
    public mutating func payload() -> Payload {
        switch random.number(below: 5) {
        case 0: return .none
        case 1: return (try? .text("Grüße, \(random.number(below: 1000)) \u{0} \n", contentType: "text/plain; charset=utf-8")) ?? .none
        case 2:
            let bytes = (0..<random.number(below: 40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            return (try? .binary(bytes, contentType: random.pick(["application/octet-stream", "image/png", nil]))) ?? .none
        default:
            let text = #"{"total":\#(random.number(below: 200)),"name":"Zoë","lines":[1,2.50,-0]}"#
            return Payload(unchecked: Array(text.utf8), form: .json, contentType: random.pick([Payload.jsonContentType, nil]))
        }
    }

    private mutating func trace() -> TraceContext? {
        let digits = String(random.next() | 1 << 63, radix: 16)
        return try? TraceContext(parent: "00-\(digits)\(digits)-\(digits)-01", state: random.pick(["vendor=1", nil]))
    }

    private mutating func extensions() -> [ExtensionName: ExtensionValue] {
        guard random.once(in: 3) else { return [:] }
        return ["tenant": .string(random.pick(["a", "b", ""])), "retries": .integer(Int32(random.number(in: -3...3))), "dry": true]
    }
}
