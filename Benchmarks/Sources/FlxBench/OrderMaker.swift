import FlxEvents

/// Makes events whose JSON is as long as that of the peers' event.
struct OrderMaker {
    /// The length of the peers' event.
    static let wireBytes = 477

    let note: String
    private let correlation = EventID(uuid: 0xC0FF_EE00_0000_4000_8000_0000_0000_0000)

    /// Finds the note that makes an event so long.
    init(wireBytes: Int = wireBytes) throws(FlxError) {
        // Nine digits of a second make a time of full length.
        let time = Timestamp(nanoseconds: 1_767_225_600_123_456_789)
        let bare = try Event(OrderPlaced(note: ""), stream: StreamName(Self.stream(0)), time: time, correlationID: correlation)
        note = String(repeating: "n", count: wireBytes - CloudEventsJSON.encode(bare).count)
    }

    /// A new event in its envelope: a new id, the system's time, a checked stream name, its payload encoded.
    func event(in stream: String, tags: [Tag] = []) throws(FlxError) -> Event {
        try Event(OrderPlaced(note: note, tags: tags), stream: StreamName(stream), correlationID: correlation)
    }

    /// The name of a stream, such as `order-00000042`.
    static func stream(_ number: Int) -> String {
        let digits = String(number)
        return "order-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
