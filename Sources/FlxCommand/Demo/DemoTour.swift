import FlxEvents
import FlxPipelines
import Logging

/// The way of events through the parts: the work of a service, once and in order.
struct DemoTour {
    static let orders = "0190b3c2-0000-7000-8000-000000000001"
    static let stock = "0190b3c2-0000-7000-8000-000000000002"

    let stage: DemoStage
    let runs: Int
    /// The figures, for programs.
    private(set) var sheet = Sheet()

    init(stage: DemoStage, runs: Int) {
        self.stage = stage
        self.runs = runs
    }

    /// Publishes, handles, stores and projects.
    /// - Returns: The state of the following projection.
    mutating func live(_ store: OperatedStore) async throws -> PipelineProjection {
        let view = ProjectionRunner(PipelineProjection(), over: store)
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(source: "/demo", logger: Self.silence))
        subscribe(on: bus)
        let published = try await publish(on: bus)
        try await view.catchUp()
        try show(view.state, checkpoint: view.checkpoint)
        try await DemoParking(stage: stage).show(store, &sheet)
        let seconds = try await record(on: bus)
        try await DemoRebuild(stage: stage, bus: bus, store: store).show(runs: runs, &sheet)
        try await view.catchUp()
        sheet.add("published", "published", Int64(published + 2 * runs))
        sheet.add("recordedPerSecond", "recorded a second", Int64(Double(2 * runs) / max(seconds, 1e-9)))
        await bus.close(within: .seconds(5))
        return view.state
    }

    /// Reads, replays and verifies the data on the disk.
    mutating func afterwards(_ store: OperatedStore, expecting live: PipelineProjection) async throws {
        try stage.step(6, "Replay", "the store was closed and opened again: the state comes from the events alone")
        let start = ContinuousClock.now
        let again = ProjectionRunner(PipelineProjection(), over: store)
        try await again.replay()
        let seconds = (ContinuousClock.now - start).inSeconds
        let isSame = again.state == live
        let count = again.handled
        try stage.line("\(Quantity.grouped(count)) events in \(Quantity.time(seconds)), \(Quantity.rate(count, in: seconds))")
        try stage.line(isSame ? "the same state as the one that followed live" : "ANOTHER state than the one that followed live")
        let then = try await store.state(of: PipelineProjection(), upTo: .position(1))
        try stage.line("a look back to position 1: \(then.sorted.map(\.name).joined(separator: ", "))")
        let one = try await store.state(of: StreamView(), in: .stream("pipeline-stock"))
        try stage.line("the stream pipeline-stock alone: \(Quantity.grouped(one.events)) events of \(one.types.count) types")

        try stage.step(7, "Verify", "every event is compared with its checksum")
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

    /// The demonstration reports failures itself.
    static let silence = Logger(label: "flx.demo") { _ in SwiftLogNoOpLogHandler() }
}
