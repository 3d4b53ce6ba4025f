public import FlxEvents

/// A run ended with an error, in the reflection form.
public struct ExecutionFailed: DomainEvent, Hashable {
    /// The id of the run, if the producer reports it.
    public var executionID: String?
    /// The id of the pipeline.
    public var pipelineID: String
    /// The error of the run.
    public var error: String
    /// The failed step, if known.
    public var stepID: String?

    /// Creates the event.
    public init(executionID: String? = nil, pipelineID: String, error: String, stepID: String? = nil) {
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.error = error
        self.stepID = stepID
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var executionID: String?
        var pipelineID: String?
        var error: String?
        var stepID: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: executionID = try json.read(String?.self)
            case 1: pipelineID = try json.read(String.self)
            case 2: error = try json.read(String.self)
            default: stepID = try json.read(String?.self)
            }
        }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let error else { throw json.missing("error") }
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.error = error
        self.stepID = stepID
    }
}

extension ExecutionFailed {
    /// The stable name of the type.
    public static let eventType: EventType = "execution.failed"
    /// The kind of change.
    public static let category: EventCategory? = .failed
    private static let jsonFields = JSONFields("execution_id", "pipeline_id", "error", "step_id")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("execution_id", executionID)
        try json.field("pipeline_id", pipelineID)
        try json.field("error", error)
        try json.field("step_id", stepID)
        json.endObject()
    }
}
