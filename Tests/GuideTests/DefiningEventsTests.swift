import FlxEvents
import Testing

struct StepSkipped: DomainEvent {
    static let eventType: EventType = "pipeline.step.skipped"
    static let schemaVersion = 2
    static let category: EventCategory? = .cancelled

    var pipeline: String
    var reason: String?

    private static let fields = JSONFields("pipeline", "reason")

    init(pipeline: String, reason: String?) {
        self.pipeline = pipeline
        self.reason = reason
    }

    init(json: inout JSONReader) throws(FlxError) {
        var pipeline: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.fields) {
            switch field {
            case 0: pipeline = try json.read(String.self)
            default: reason = try json.read(String?.self)
            }
        }
        guard let pipeline else { throw json.missing("pipeline") }
        self.pipeline = pipeline
    }

    func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("pipeline", pipeline)
        try json.field("reason", reason)
        json.endObject()
    }
}

@Suite struct DefiningEventsTests {
    @Test func `a Codable type needs no more than its name`() throws {
        let event = try Event(StepFinished(pipeline: "nightly", step: "fetch", seconds: 40))
        #expect(event.type == "pipeline.step.finished")
        #expect(event.tags == ["pipeline:nightly", "step:fetch"])
        #expect(try event.decode(as: StepFinished.self).seconds == 40)
    }

    @Test func `a type can read and write itself`() throws {
        let event = try Event(StepSkipped(pipeline: "nightly", reason: nil))
        #expect(event.schemaVersion == 2)
        #expect(String(decoding: event.payload.bytes, as: UTF8.self) == #"{"pipeline":"nightly","reason":null}"#)
        #expect(try event.decode(as: StepSkipped.self).reason == nil)
    }

    @Test func `a registry finds the type again`() throws {
        let registry = try EventRegistry(StepFinished.self, StepSkipped.self)
        let event = try Event(StepFinished(pipeline: "nightly", step: "fetch", seconds: 40))

        switch try registry.decode(event) {
        case let finished as StepFinished: print("\(finished.step) took \(finished.seconds) s")
        case let skipped as StepSkipped: print("skipped: \(skipped.reason ?? "for no reason")")
        default: print("\(event.type) is not ours: \(try event.value)")
        }
        #expect(try registry.decode(event) is StepFinished)
    }

    @Test func `a dynamic event has a name and any data`() throws {
        let event = try Event(type: "pipeline.paused", data: ["pipeline": "nightly", "hours": 2])
        let hours = try event.value["hours"]
        #expect(hours == 2)
        #expect(try EventRegistry().decode(event) == nil)
    }
}
