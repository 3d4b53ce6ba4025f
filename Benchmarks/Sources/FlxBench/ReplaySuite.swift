import FlxEvents
import FlxSQLite

/// The number of orders and their sum, from typed events.
private struct OrderTotals: Projection {
    static let name = "order-totals"
    private(set) var orders = 0
    private(set) var total = 0

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        guard recorded.event.type == OrderPlaced.eventType else { return false }
        total += try recorded.event.decode(as: OrderPlaced.self).amount
        orders += 1
        return true
    }
}

/// Replaying a great log into a typed projection, and the space that it takes.
struct ReplaySuite {
    let plan: Plan

    /// The great log.
    static func path(_ plan: Plan) -> String { plan.path("log-\(plan.events).db") }

    func run() async throws {
        // Another process fills the log: the memory that it took would count here.
        if plan.prefixes.contains("fill") { return try await StoreFiles.fill(Self.path(plan), events: plan.events) }
        guard plan.wants("replay") || plan.wants("disk") else { return }
        let store = try await SQLiteEventStore.open(.readOnly(path: Self.path(plan)))
        try await plan.measure("replay.rate", "events/s") {
            try await Measure.repeated(3) {
                let runner = ProjectionRunner(OrderTotals(), over: store)
                let seconds = try await Measure.seconds { try await runner.replay() }
                guard runner.state.orders >= plan.events, runner.state.total == runner.state.orders * 1999 else {
                    throw FlxError(.corrupt, "the replay counted \(runner.state.orders) orders")
                }
                return Double(runner.state.orders) / seconds
            }
        }
        try await plan.measure("replay.peak_rss", "MiB") { [try Memory.peak()] }
        let last = try await store.lastPosition()
        let page = try await store.read(.all, .forward, limit: 1)
        await store.close()
        try await plan.measure("disk.bytes_per_event", "bytes") { [Double(try StoreFiles.bytes(Self.path(plan))) / Double(last.value)] }
        try await plan.measure("disk.json_bytes_per_event", "bytes") { page.events.map { Double(CloudEventsJSON.encode($0.event).count) } }
    }
}
