import FlxEvents
import FlxSQLite
import GRDB

/// The lines and the sum of each order, as a row of a table.
private struct OrderRows: SQLView {
    static let name = "order-rows"
    static let tables = ["order_rows"]

    func create(_ tables: SQLTables) throws {
        try tables.execute(
            "CREATE TABLE \(tables["order_rows"])(stream TEXT PRIMARY KEY, orders INTEGER NOT NULL, total INTEGER NOT NULL) WITHOUT ROWID")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        guard recorded.event.type == OrderPlaced.eventType else { return false }
        let amount = try recorded.event.decode(as: OrderPlaced.self).amount
        try tables.execute(
            """
            INSERT INTO \(tables["order_rows"]) VALUES(?1, 1, ?2)
            ON CONFLICT(stream) DO UPDATE SET orders = orders + 1, total = total + ?2
            """, [recorded.event.stream?.description ?? "", amount])
        return true
    }
}

/// The same as documents.
private struct OrderDocuments: DocumentView {
    struct Document: Codable, Sendable { var orders = 0, total = 0 }
    static let name = "order-documents"

    func apply(_ recorded: RecordedEvent, to documents: inout ViewDraft<Document>) throws -> Bool {
        guard recorded.event.type == OrderPlaced.eventType else { return false }
        let amount = try recorded.event.decode(as: OrderPlaced.self).amount
        let key = recorded.event.stream?.description ?? ""
        documents[key, default: Document()].orders += 1
        documents[key, default: Document()].total += amount
        return true
    }
}

/// Views in the store: each event changes one row or one document, a page of them in one durable transaction.
struct ViewSuite {
    let plan: Plan
    private let events = 200_000

    func run() async throws {
        guard plan.wants("view") else { return }
        let path = plan.path("views.db")
        try await StoreFiles.fill(path, events: events)
        let store = try await StoreFiles.open(path)
        try await plan.measure("view.sql.rate", "events/s") { try await rates(of: store.tables(OrderRows()), in: store) }
        try await plan.measure("view.documents.rate", "events/s") {
            try await rates(of: StoredDocuments(OrderDocuments(), in: store), in: store)
        }
        try await plan.measure("view.subscribed.rate", "events/s") { try await subscribedRates(in: store) }
        await store.close()
        StoreFiles.remove(path)
    }

    /// The same documents, fed by a subscription as in a service.
    private func subscribedRates(in store: SQLiteEventStore) async throws -> [Double] {
        try await Measure.repeated(3) {
            let group = try SubscriptionGroup(store: store) { Subscription(view: OrderDocuments()) }
            let seconds = try await Measure.seconds {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    try await group.runners[0].caughtUp(to: try Position(Int64(events)), within: .seconds(600))
                    tasks.cancelAll()
                }
            }
            for generation in try await store.generations(of: OrderDocuments.name) { try await store.dropGeneration(generation.id) }
            return Double(events) / seconds
        }
    }

    private func rates(of view: any StoredView, in store: SQLiteEventStore) async throws -> [Double] {
        try await Measure.repeated(3) {
            let runner = ViewRunner(view)
            let seconds = try await Measure.seconds {
                let built = try await runner.catchUp()
                guard built.checkpoint.value >= Int64(events) else { throw FlxError(.corrupt, "the view is at \(built.checkpoint)") }
            }
            for generation in try await store.generations(of: view.name) { try await store.dropGeneration(generation.id) }
            return Double(events) / seconds
        }
    }
}
