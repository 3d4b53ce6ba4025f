import FlxEvents

struct StepFinished: DomainEvent, Codable {
    static let eventType: EventType = "pipeline.step.finished"

    let pipeline: String
    let step: String
    let seconds: Int

    var tags: [Tag] { ["pipeline:\(pipeline)", "step:\(step)"] }
}
