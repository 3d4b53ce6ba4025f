import FlxEvents

/// The aggregate that both sides measure: an order that is opened and to which lines are added.
struct Order: Aggregate, Codable {
    enum Command { case open, addLine }

    static let name = "order"
    static let events: [any DomainEvent.Type] = [OrderOpened.self, LineAdded.self]
    static let note = String(repeating: "n", count: 120)

    private(set) var customer = ""
    private(set) var total = 0
    private(set) var lines = 0

    mutating func evolve(_ event: any DomainEvent) {
        switch event {
        case let opened as OrderOpened: customer = opened.customer
        case let added as LineAdded: (total, lines) = (total + added.amount, lines + 1)
        default: break
        }
    }

    func decide(_ command: Command) throws -> [any DomainEvent] {
        switch command {
        case .open: [OrderOpened(customer: "c-42", currency: "EUR")]
        case .addLine: [LineAdded(sku: "sku-1", amount: 5, note: Self.note)]
        }
    }
}

struct OrderOpened: DomainEvent {
    static let eventType: EventType = "order.opened"

    let customer: String
    let currency: String

    private static let fields = JSONFields("customer", "currency")

    init(customer: String, currency: String) {
        (self.customer, self.currency) = (customer, currency)
    }

    /// Writes the event as the macro `@Event` would.
    func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("customer", customer)
        try json.field("currency", currency)
        json.endObject()
    }

    /// Reads the event as the macro `@Event` would.
    init(json: inout JSONReader) throws(FlxError) {
        var (customer, currency): (String?, String?) = (nil, nil)
        try json.beginObject()
        while let field = try json.nextField(of: Self.fields) {
            switch field {
            case 0: customer = try json.read()
            default: currency = try json.read()
            }
        }
        guard let customer else { throw json.missing("customer") }
        guard let currency else { throw json.missing("currency") }
        self.init(customer: customer, currency: currency)
    }
}

struct LineAdded: DomainEvent {
    static let eventType: EventType = "order.line.added"

    let sku: String
    let amount: Int
    let note: String

    private static let fields = JSONFields("sku", "amount", "note")

    init(sku: String, amount: Int, note: String) {
        (self.sku, self.amount, self.note) = (sku, amount, note)
    }

    /// Writes the event as the macro `@Event` would.
    func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("sku", sku)
        try json.field("amount", amount)
        try json.field("note", note)
        json.endObject()
    }

    /// Reads the event as the macro `@Event` would.
    init(json: inout JSONReader) throws(FlxError) {
        var (sku, amount, note): (String?, Int?, String?) = (nil, nil, nil)
        try json.beginObject()
        while let field = try json.nextField(of: Self.fields) {
            switch field {
            case 0: sku = try json.read()
            case 1: amount = try json.read()
            default: note = try json.read()
            }
        }
        guard let sku else { throw json.missing("sku") }
        guard let amount else { throw json.missing("amount") }
        guard let note else { throw json.missing("note") }
        self.init(sku: sku, amount: amount, note: note)
    }
}
