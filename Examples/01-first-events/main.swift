import FlxEvents

struct StepFinished: DomainEvent, Codable {
    static let eventType: EventType = "pipeline.step.finished"
    let pipeline: String
    let seconds: Int
}

struct TimeSpent: Projection {
    static let name = "time-spent"
    private(set) var seconds = 0

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        guard recorded.event.type == StepFinished.eventType else { return false }
        seconds += try recorded.event.decode(as: StepFinished.self).seconds
        return true
    }
}

let store = MemoryEventStore()
let bus = HybridEventBus(store: store)
bus.subscribe { (step: StepFinished) in print("a step of \(step.pipeline) took \(step.seconds) s") }

try await bus.publish(StepFinished(pipeline: "nightly", seconds: 40), to: "pipeline-nightly")
try await bus.publish(StepFinished(pipeline: "nightly", seconds: 2), to: "pipeline-nightly")

let spent = try await store.state(of: TimeSpent(), in: .stream("pipeline-nightly"))
print("replayed from the log: \(spent.seconds) s")
