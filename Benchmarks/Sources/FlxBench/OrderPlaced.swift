import FlxEvents

/// The event that both sides measure: an order with an amount, a currency, a customer and a note.
struct OrderPlaced: DomainEvent, Equatable {
    static let eventType: EventType = "order.placed"

    var amount = 1999
    var currency = "EUR"
    var customer = "c-42"
    var note: String
    /// The labels of the envelope; no part of the payload.
    var tags: [Tag] = []

    private static let fields = JSONFields("amount", "currency", "customer", "note")

    init(note: String, tags: [Tag] = []) {
        self.note = note
        self.tags = tags
    }

    /// Writes the event as the macro `@Event` would.
    func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("amount", amount)
        try json.field("currency", currency)
        try json.field("customer", customer)
        try json.field("note", note)
        json.endObject()
    }

    /// Reads the event as the macro `@Event` would.
    init(json: inout JSONReader) throws(FlxError) {
        var amount: Int?
        var currency: String?
        var customer: String?
        var note: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.fields) {
            switch field {
            case 0: amount = try json.read()
            case 1: currency = try json.read()
            case 2: customer = try json.read()
            default: note = try json.read()
            }
        }
        guard let amount else { throw json.missing("amount") }
        guard let currency else { throw json.missing("currency") }
        guard let customer else { throw json.missing("customer") }
        guard let note else { throw json.missing("note") }
        (self.amount, self.currency, self.customer, self.note) = (amount, currency, customer, note)
    }
}
