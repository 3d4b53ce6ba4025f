import FlxEvents
import FlxPipelines
import Logging

/// The way of events through the parts: what a service does, once and in order.
struct DemoTour {
    private static let orders = "0190b3c2-0000-7000-8000-000000000001"
    private static let stock = "0190b3c2-0000-7000-8000-000000000002"

    let stage: DemoStage
    let runs: Int
    /// The figures, for programs.
    private(set) var sheet = Sheet()

    private struct DeliveryError: Error, CustomStringConvertible {
        let description = "the mail server is away"
    }

    init(stage: DemoStage, runs: Int) {
        self.stage = stage
        self.runs = runs
    }

    /// Publishes, handles, stores and projects.
    /// - Returns: The state of the projection that followed.
    mutating func live(_ store: OperatedStore) async throws -> PipelineProjection {
        let view = ProjectionRunner(PipelineProjection(), over: store)
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(source: "/demo", logger: Self.silence))
        subscribe(on: bus)
        let published = try await publish(on: bus)
        try await view.catchUp()
        try show(view.state, checkpoint: view.checkpoint)
        try await DemoParking(stage: stage).show(store, &sheet)
        let seconds = try await record(on: bus)
        try await view.catchUp()
        sheet.add("published", "published", Int64(published + 2 * runs))
        sheet.add("recordedPerSecond", "recorded a second", Int64(Double(2 * runs) / max(seconds, 1e-9)))
        await bus.close(within: .seconds(5))
        return view.state
    }

    /// Reads, replays and verifies what is on the disk.
    mutating func afterwards(_ store: OperatedStore, expecting live: PipelineProjection) async throws {
        try stage.step(5, "Replay", "the store was closed and opened again: the state comes from the events alone")
        let clock = EventClock.system
        let start = clock.now()
        let again = ProjectionRunner(PipelineProjection(), over: store)
        try await again.replay()
        let seconds = Double(clock.now().nanoseconds - start.nanoseconds) / 1e9
        let isSame = again.state == live
        let count = again.handled
        try stage.line("\(Quantity.grouped(count)) events in \(Quantity.time(seconds)), \(Quantity.rate(count, in: seconds))")
        try stage.line(isSame ? "the same state as the one that followed live" : "ANOTHER state than the one that followed live")
        let then = try await store.state(of: PipelineProjection(), upTo: .position(1))
        try stage.line("a look back to position 1: \(then.sorted.map(\.name).joined(separator: ", "))")
        let one = try await store.state(of: StreamView(), in: .stream("pipeline-stock"))
        try stage.line("the stream pipeline-stock alone: \(Quantity.grouped(one.events)) events of \(one.types.count) types")

        try stage.step(6, "Verify", "every event is compared with its checksum")
        let figures = try await store.statistics()
        let report = try await store.verify { _, _ in }
        let size = Quantity.bytes(figures.bytes)
        try stage.line("\(Quantity.grouped(report.events)) events in \(figures.streams) streams, \(size), \(report.faults.count) faults")
        sheet.add("stored", "stored", figures.events)
        sheet.add("replayed", "replayed", count)
        sheet.add("sameState", "same state", .bool(isSame))
        sheet.add("faults", "faults", Int64(report.faults.count))
        guard isSame, report.faults.isEmpty else { throw Failure(.failure, "the demonstration found a difference; please report it") }
    }

    private func subscribe(on bus: HybridEventBus) {
        bus.subscribe(to: "pipeline.#", named: "audit") { (_: Event) in }
        bus.subscribe(to: PipelineCreated.self, named: "welcome mail") { created throws in
            if created.pipelineName == "stock" { throw DeliveryError() }
        }
        bus.subscribe(to: PipelineExecutionCompleted.self, named: "alarm") { completed async throws in
            guard completed.status == "failed" else { return }
            // Published from a handler: the bus notes which event led to it.
            try await bus.publish("alarm.raised", data: ["pipeline": .string(completed.pipelineName)], to: "alarms")
        }
    }

    /// - Returns: How many events were published, those of handlers not counted.
    private func publish(on bus: HybridEventBus) async throws -> Int {
        try stage.step(1, "Publish", "typed events: recorded on the disk first, then handled; one handler's error stops no other")
        let (orders, stock) = (Self.orders, Self.stock)
        try tell(
            try await bus.publish(PipelineCreated(pipelineID: orders, pipelineName: "orders", createdBy: "desk"), to: "pipeline-orders"),
            "pipeline.created")
        try tell(
            try await bus.publish(PipelineCreated(pipelineID: stock, pipelineName: "stock", createdBy: "floor"), to: "pipeline-stock"),
            "pipeline.created")
        try tell(
            try await bus.publish(PipelineStepAdded(pipelineID: orders, stepID: "load", pluginID: "csv"), to: "pipeline-orders"),
            "pipeline.step.added")
        try tell(
            try await bus.publish(
                PipelineExecutionStarted(executionID: "run-1", pipelineID: stock, pipelineName: "stock"), to: "pipeline-stock"),
            "pipeline.execution.started")
        try tell(
            try await bus.publish(
                PipelineExecutionCompleted(
                    executionID: "run-1", pipelineID: stock, pipelineName: "stock", status: "failed", durationSeconds: 2.5),
                to: "pipeline-stock"),
            "pipeline.execution.completed")
        try stage.line("the alarm published alarm.raised itself, with the failed run as its cause")
        return 5
    }

    private func tell(_ receipt: PublishReceipt, _ type: String) throws {
        let calls = receipt.calls.map { call in
            switch call.result {
            case .handled: "\(call.handler) ✓"
            case .deferred: "\(call.handler) …"
            case .failed(let failure): "\(call.handler) ✗ (\(failure.error))"
            }
        }
        let position = receipt.position.map(\.description) ?? "-"
        let name = type + String(repeating: " ", count: max(1, 30 - type.count))
        try stage.line("\(position)  \(name)\(calls.joined(separator: ", "))")
    }

    private func show(_ view: PipelineProjection, checkpoint: Position) throws {
        try stage.step(2, "Project", "the state of all pipelines, folded from the events up to position \(checkpoint)")
        let columns = [Column("pipeline"), Column("created by"), Column("runs", .right), Column("last run"), Column("seconds", .right)]
        try stage.table(
            columns,
            view.sorted.map { pipeline in
                let last = pipeline.lastExecution
                return [
                    pipeline.name, pipeline.createdBy ?? "-", String(pipeline.executionCount), last?.status ?? "-",
                    last?.durationSeconds.map { Quantity.decimal($0, 1) } ?? "-",
                ]
            })
    }

    /// Records many runs, a hundred to an append.
    /// - Returns: The seconds that it took.
    private func record(on bus: HybridEventBus) async throws -> Double {
        try stage.step(4, "Record", "\(Quantity.grouped(Int64(runs))) runs of the pipeline orders, every batch safe before the next")
        let clock = EventClock.system
        let start = clock.now()
        for first in stride(from: 0, to: runs, by: 100) {
            var events: [Event] = []
            for number in first..<min(first + 100, runs) {
                let id = "run-\(number + 2)"
                let started = PipelineExecutionStarted(executionID: id, pipelineID: Self.orders, pipelineName: "orders")
                let completed = PipelineExecutionCompleted(
                    executionID: id, pipelineID: Self.orders, pipelineName: "orders", durationSeconds: Double(number % 90) / 10)
                events.append(try Event(started, stream: "pipeline-orders"))
                events.append(try Event(completed, stream: "pipeline-orders"))
            }
            try await bus.publish(events)
        }
        let seconds = Double(clock.now().nanoseconds - start.nanoseconds) / 1e9
        let count = Int64(2 * runs)
        try stage.line("\(Quantity.grouped(count)) events in \(Quantity.time(seconds)), \(Quantity.rate(count, in: seconds))")
        return seconds
    }

    /// The demonstration tells of failures itself.
    static let silence = Logger(label: "flx.demo") { _ in SwiftLogNoOpLogHandler() }
}
