public import FlxEvents

/// A run began, in the reflection form.
public struct ExecutionStarted: DomainEvent, Hashable {
    /// The id of the run.
    public var executionID: String
    /// The id of the pipeline.
    public var pipelineID: String
    /// The initiator of the run, if known.
    public var startedBy: String?

    /// Creates the event.
    public init(executionID: String, pipelineID: String, startedBy: String? = nil) {
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.startedBy = startedBy
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var executionID: String?
        var pipelineID: String?
        var startedBy: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: executionID = try json.read(String.self)
            case 1: pipelineID = try json.read(String.self)
            default: startedBy = try json.read(String?.self)
            }
        }
        guard let executionID else { throw json.missing("execution_id") }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.startedBy = startedBy
    }
}

extension ExecutionStarted {
    /// The stable name of the type.
    public static let eventType: EventType = "execution.started"
    /// The kind of change.
    public static let category: EventCategory? = .started
    private static let jsonFields = JSONFields("execution_id", "pipeline_id", "started_by")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("execution_id", executionID)
        try json.field("pipeline_id", pipelineID)
        try json.field("started_by", startedBy)
        json.endObject()
    }
}
