import FlxCore

/// Randomness from a seed (SplitMix64), so that a failure can be run again.
struct WireRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// True once in so many calls.
    mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    /// One of the choices.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[Int.random(in: 0..<choices.count, using: &self)] }

    /// A text of 1 to `length` characters that attributes may have.
    mutating func text(upTo length: Int) -> String {
        let alphabet = Array("abcXYZ019 -_.:/\"\\ü€𝄞é")
        return String((0..<Int.random(in: 1...length, using: &self)).map { _ in pick(alphabet) })
    }

    /// Bytes that are changed, cut, doubled or swapped in a few places.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let end = min(bytes.count, place + Int.random(in: 1...12, using: &self))
            switch Int.random(in: 0..<5, using: &self) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes[place] = pick(Array("\"\\{}[],:0-e.tfn".utf8))
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &self))
            }
        }
        return bytes
    }
}

/// Random values of the envelope.
extension WireRandom {
    mutating func id() throws -> EventID {
        once(in: 2) ? EventID(uuid: UInt128(next()) << 64 | UInt128(next())) : try EventID(text(upTo: 20))
    }

    mutating func json(depth: Int = 0) -> EventValue {
        switch Int.random(in: 0..<(depth < 4 ? 8 : 5), using: &self) {
        case 0: nil
        case 1: .bool(once(in: 2))
        case 2: pick([0, 1.5, -7, 1e-7]) as EventValue
        case 7: .number(JSONNumber(pick(["-0", "1.50", "1E400", "18446744073709551615", "0.1234567890123456789"])) ?? 0)
        case 3: .string(text(upTo: 12) + (once(in: 4) ? "\n\u{0}\u{7F}" : ""))
        case 4: .int(Int.random(in: .min ... .max, using: &self))
        case 5: .array((0..<Int.random(in: 0..<4, using: &self)).map { _ in json(depth: depth + 1) })
        default: object(depth: depth + 1)
        }
    }

    private mutating func object(depth: Int) -> EventValue {
        var object: EventValue = [:]
        for number in 0..<Int.random(in: 0..<4, using: &self) { object["k\(number)"] = json(depth: depth) }
        return object
    }

    mutating func payload() throws -> Payload {
        switch Int.random(in: 0..<5, using: &self) {
        case 0: .none
        case 1: try .text(text(upTo: 30) + "\n", contentType: "text/plain; charset=utf-8")
        case 2: try .binary((0..<Int.random(in: 0..<40, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) })
        case 3: try .json(json().json(), contentType: pick(["application/json", "application/vnd.shop+json; v=1"]))
        default: try .json(json())
        }
    }

    mutating func event() throws -> Event {
        var event = Event(
            id: try id(), type: try EventType(text(upTo: 30)), source: pick(["/shop", "urn:x:1", "https://shop.example/a?b=%20c#d"]),
            time: once(in: 4) ? nil : Timestamp(nanoseconds: Int64.random(in: .min ... .max, using: &self)), payload: try payload())
        if once(in: 2) { event.stream = try StreamName(text(upTo: 20)) }
        if once(in: 2) { event.schemaVersion = Int.random(in: 1...1000, using: &self) }
        if once(in: 2) { event.correlationID = try id() }
        if once(in: 2) { event.causationID = try id() }
        if once(in: 3) { event.userID = text(upTo: 20) }
        if once(in: 3) { event.partitionKey = text(upTo: 20) }
        if once(in: 3) { event.dataSchema = "https://shop.example/schemas/order" }
        if once(in: 3) {
            let state: String? = once(in: 2) ? "vendor=1" : nil
            event.trace = try TraceContext(parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", state: state)
        }
        for _ in 0..<Int.random(in: 0..<3, using: &self) {
            event.tags.append(try Tag("k:\(Int.random(in: 0...9, using: &self))" as String))
        }
        if once(in: 3) {
            event.extensions["shopregion"] = .string(text(upTo: 9))
            event.extensions["retry"] = .integer(Int32.random(in: .min ... .max, using: &self))
            event.extensions["urgent"] = .bool(once(in: 2))
        }
        return event
    }
}
