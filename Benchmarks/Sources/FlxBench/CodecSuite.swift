import FlxEvents
import Foundation

/// Making, encoding and decoding one event.
struct CodecSuite {
    let plan: Plan

    func run() async throws {
        let maker = try OrderMaker()
        let stream = OrderMaker.stream(0)
        let event = try maker.event(in: stream)
        let wire = CloudEventsJSON.encode(event)
        try await plan.measure("codec.wire_size", "bytes") { [Double(wire.count)] }
        try await measure("codec.make") { consume(try maker.event(in: stream)) }
        try await measure("codec.encode") { consume(CloudEventsJSON.encode(event)) }
        try await measure("codec.make_and_encode") { consume(CloudEventsJSON.encode(try maker.event(in: stream))) }
        try await measure("codec.decode_envelope") { consume(try CloudEventsJSON.decode(wire)) }
        try await measure("codec.decode") { consume(try CloudEventsJSON.decode(wire).decode(as: OrderPlaced.self)) }
        try await runCodable(note: maker.note)
    }

    /// Our coders beside Foundation's.
    private func runCodable(note: String) async throws {
        let order = CodableOrder(note: note)
        let bytes = try EventEncoder().encode(order)
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        encoder.dateEncodingStrategy = .iso8601
        decoder.dateDecodingStrategy = .iso8601
        let data = try encoder.encode(order)
        guard try EventDecoder().decode(CodableOrder.self, from: bytes) == order, try decoder.decode(CodableOrder.self, from: data) == order
        else { throw FlxError(.corrupt, "the coders do not read what they wrote") }
        try await measure("codable.encode") { consume(try EventEncoder().encode(order)) }
        try await measure("foundation.encode") { consume(try encoder.encode(order)) }
        try await measure("codable.decode") { consume(try EventDecoder().decode(CodableOrder.self, from: bytes)) }
        try await measure("foundation.decode") { consume(try decoder.decode(CodableOrder.self, from: data)) }
    }

    private func measure(_ name: String, _ call: () throws -> Void) async throws {
        try await plan.measure(name, "us") { try Measure.microseconds(call) }
    }
}
