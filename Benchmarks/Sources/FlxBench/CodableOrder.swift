import Foundation

/// The peers' event, field for field, with nothing but `Codable`: for comparing coders.
///
/// No property has a default: one would be made at each decoding, and a new UUID costs more than all the rest.
struct CodableOrder: Codable, Equatable {
    struct Payload: Codable, Equatable {
        var amount: Int
        var currency: String
        var customer: String
        var note: String
    }

    var eventID: UUID
    var eventType: String
    var aggregateID: String
    var version: Int
    /// A whole second, which Foundation's form of ISO 8601 can hold.
    var occurredAt: Date
    var correlationID: UUID?
    var payload: Payload

    enum CodingKeys: String, CodingKey {
        case eventID = "event_id"
        case eventType = "event_type"
        case aggregateID = "aggregate_id"
        case version
        case occurredAt = "occurred_at"
        case correlationID = "correlation_id"
        case payload
    }

    init(note: String) {
        eventID = UUID()
        eventType = "OrderPlaced"
        aggregateID = OrderMaker.stream(0)
        version = 1
        occurredAt = Date(timeIntervalSince1970: 1_767_225_600)
        correlationID = UUID()
        payload = Payload(amount: 1999, currency: "EUR", customer: "c-42", note: note)
    }
}
