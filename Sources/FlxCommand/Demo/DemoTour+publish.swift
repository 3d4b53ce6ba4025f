import FlxEvents
import FlxPipelines

// The writing chapters.
extension DemoTour {
    private struct DeliveryError: Error, CustomStringConvertible {
        let description = "the mail server is away"
    }

    func subscribe(on bus: HybridEventBus) {
        bus.subscribe(to: "pipeline.#", named: "audit") { (_: Event) in }
        bus.subscribe(to: PipelineCreated.self, named: "welcome mail") { created throws in
            if created.pipelineName == "stock" { throw DeliveryError() }
        }
        bus.subscribe(to: PipelineExecutionCompleted.self, named: "alarm") { completed async throws in
            guard completed.status == "failed" else { return }
            // Published from a handler: the bus notes the causing event.
            try await bus.publish("alarm.raised", data: ["pipeline": .string(completed.pipelineName)], to: "alarms")
        }
    }

    /// - Returns: The number of published events, without those of handlers.
    func publish(on bus: HybridEventBus) async throws -> Int {
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

    /// Records many runs, a hundred to an append.
    /// - Returns: The duration in seconds.
    func record(on bus: HybridEventBus) async throws -> Double {
        try stage.step(4, "Record", "\(Quantity.grouped(Int64(runs))) runs of the pipeline orders, every batch safe before the next")
        let start = ContinuousClock.now
        for first in stride(from: 0, to: runs, by: 100) {
            let events = try (first..<min(first + 100, runs)).flatMap { try Self.run($0 + 2, seconds: Double($0 % 90) / 10) }
            try await bus.publish(events)
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let count = Int64(2 * runs)
        try stage.line("\(Quantity.grouped(count)) events in \(Quantity.time(seconds)), \(Quantity.rate(count, in: seconds))")
        return seconds
    }

    /// The events of one run of the pipeline orders.
    static func run(_ number: Int, seconds: Double) throws -> [Event] {
        let id = "run-\(number)"
        let started = PipelineExecutionStarted(executionID: id, pipelineID: orders, pipelineName: "orders")
        let completed = PipelineExecutionCompleted(
            executionID: id, pipelineID: orders, pipelineName: "orders", durationSeconds: seconds)
        return [try Event(started, stream: "pipeline-orders"), try Event(completed, stream: "pipeline-orders")]
    }
}
