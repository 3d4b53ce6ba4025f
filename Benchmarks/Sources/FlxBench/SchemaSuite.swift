import FlxEvents
import FlxSQLite
import Synchronization

/// Comparing an event with its schema, alone and on the way into a store.
struct SchemaSuite {
    let plan: Plan

    private static let schema = PayloadSchema.object(
        nil, .field("amount", Int.self, .range(0...)), .field("currency", String.self, .length(3...3)),
        .field("customer", String.self, .pattern("^c-[0-9]+$")), .field("note", String.self, .length(...1_000)))

    func run() async throws {
        guard plan.wants("schema") else { return }
        let maker = try OrderMaker()
        let payload = try maker.event(in: "order-1").payload.bytes
        let schema = try JSONSchema(Self.schema)
        let value = try EventValue(json: payload)
        try await plan.measure("schema.validate", "us") {
            try Measure.microseconds { guard try schema.violations(of: value).isEmpty else { throw Self.unfit } }
        }
        try await plan.measure("schema.parse_and_validate", "us") {
            try Measure.microseconds { guard try schema.violations(of: EventValue(json: payload)).isEmpty else { throw Self.unfit } }
        }
        let check = try SchemaCheck([EventSchema(OrderPlaced.eventType, Self.schema)])
        for callers in [1, 64] {
            try await plan.measure("schema.append.\(callers)callers_rate", "events/s") {
                try await Measure.repeated(3) {
                    try await AppendSuite(plan: plan).rate(callers: callers) { EvolvingStore($0, check: check) }
                }
            }
        }
    }

    private static let unfit = FlxError(.schemaViolation, "the order does not fit its schema")
}
