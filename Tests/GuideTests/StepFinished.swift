import FlxEvents

struct StepFinished: DomainEvent, Codable {
    static let eventType: EventType = "pipeline.step.finished"

    let pipeline: String
    let step: String
    let seconds: Int

    var tags: [Tag] {
        get throws(FlxError) { [try Tag("pipeline:" + pipeline), try Tag("step:" + step)] }
    }
}
