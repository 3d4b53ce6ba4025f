import FlxCore
import FlxTesting

/// The events of one append by one of several writers. They can be made again from three numbers.
struct Batch: Hashable {
    static let writers = 8

    let seed: UInt64
    let writer: Int
    /// The number of the append within its writer, from 1.
    let number: Int

    /// Returns the stream of a writer.
    static func stream(_ writer: Int) -> StreamName { "writer-\(writer)" }

    /// The writes of the append: to the writer's stream, and every fifth time also to a shared stream.
    var writes: [StreamWrite] {
        let events = events
        guard number % 5 == 0, let last = events.last else { return [StreamWrite(events, to: Self.stream(writer))] }
        return [StreamWrite(Array(events.dropLast()), to: Self.stream(writer)), StreamWrite([last], to: "shared")]
    }

    /// All events of the append, in their order.
    var events: [Event] {
        var random = SeededGenerator(seed: seed &+ UInt64(writer) << 40 &+ UInt64(number))
        let count = random.number(in: 2...12)
        return (0..<count).map { index in
            let pad = String(repeating: "x", count: random.number(below: 400))
            let text = #"{"writer":\#(writer),"number":\#(number),"index":\#(index),"pad":"\#(pad)"}"#
            return Event(
                id: EventID(uuid: UInt128(random.next()) << 64 | UInt128(random.next())),
                type: index == 0 ? "batch.begun" : "batch.written",
                stream: number % 5 == 0 && index == count - 1 ? "shared" : Self.stream(writer),
                time: Timestamp(nanoseconds: Int64(number) * 1_000_000),
                payload: Payload(unchecked: Array(text.utf8), form: .json, contentType: nil), tags: ["writer:\(writer)"])
        }
    }

    /// Returns the writer and the number from the payload of an event.
    static func key(of event: Event) throws -> (writer: Int, number: Int) {
        let value = try EventValue(json: event.payload.bytes)
        guard let writer = value["writer"]?.int, let number = value["number"]?.int else {
            throw Broken("an event that nobody wrote: \(event)")
        }
        return (writer, number)
    }
}
