// A view that follows the log live, and a publisher that waits until the view shows what it has written.
import FlxEvents

struct StepFinished: DomainEvent, Codable {
    static let eventType: EventType = "pipeline.step.finished"
    let pipeline: String
    let seconds: Int
}

struct TimeSpent: Projection {
    static let name = "time-spent"
    private(set) var seconds: [String: Int] = [:]

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        guard recorded.event.type == StepFinished.eventType else { return false }
        let finished = try recorded.event.decode(as: StepFinished.self)
        seconds[finished.pipeline, default: 0] += finished.seconds
        return true
    }
}

let store = MemoryEventStore()
let bus = HybridEventBus(store: store)
let view = ProjectionRunner(TimeSpent(), over: store)

/// Publishes and returns once the view has come so far.
func publish(_ event: StepFinished, watching progress: inout AsyncStream<Position>.Iterator) async throws {
    let receipt = try await bus.publish(event, to: StreamName("pipeline-\(event.pipeline)"))
    while let position = receipt.position, view.checkpoint < position { _ = await progress.next() }
    print(view.state.seconds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) s" }.joined(separator: ", "))
}

let (positions, continuation) = AsyncStream.makeStream(of: Position.self)
try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await view.follow { continuation.yield($0.checkpoint) } }
    var progress = positions.makeAsyncIterator()
    try await publish(StepFinished(pipeline: "nightly", seconds: 40), watching: &progress)
    try await publish(StepFinished(pipeline: "weekly", seconds: 300), watching: &progress)
    try await publish(StepFinished(pipeline: "nightly", seconds: 2), watching: &progress)
    group.cancelAll()
}
print("\(view.handled) events, up to position \(view.checkpoint)")
