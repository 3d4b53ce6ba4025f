// Events, a projection and handlers from annotated types, found by the program without being listed.
import FlxMacros

@Event("pipeline.step.finished")
struct StepFinished {
    let pipeline: String
    let seconds: Int
}

@Event("pipeline.paused", category: .deactivated)
struct PipelinePaused {
    let pipeline: String
    let reason: String?
}

@Projection("time-spent")
struct TimeSpent {
    private(set) var seconds: [String: Int] = [:]

    mutating func on(_ event: StepFinished) { seconds[event.pipeline, default: 0] += event.seconds }
}

@EventHandlers
struct Reporter {
    @Handles func report(_ event: StepFinished) { print("a step of \(event.pipeline) took \(event.seconds) s") }
    @Handles("pipeline.#") func note(_ event: Event) { print("noted \(event.type)") }
}

let registry = EventHandlerRegistry.discovered()
print("found:", try registry.events().all.map { "\($0.eventType)" }.joined(separator: ", "))

let store = MemoryEventStore()
let bus = HybridEventBus(store: store)
try registry.subscribeAll(to: bus)

try await bus.publish(StepFinished(pipeline: "nightly", seconds: 40), to: "pipeline-nightly")
try await bus.publish(PipelinePaused(pipeline: "nightly", reason: nil), to: "pipeline-nightly")

let runner = ProjectionRunner(TimeSpent(), over: store)
try await runner.replay()
print("nightly took \(runner.state.seconds["nightly", default: 0]) s; \(runner.handled) of 2 events handled")
