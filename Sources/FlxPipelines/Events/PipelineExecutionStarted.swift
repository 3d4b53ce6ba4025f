public import FlxEvents

/// A run of a pipeline began.
public struct PipelineExecutionStarted: DomainEvent, Hashable {
    /// The id of the run.
    public var executionID: String
    /// The id of the pipeline.
    public var pipelineID: String
    /// The name of the pipeline.
    public var pipelineName: String
    /// The initiator of the run, if known.
    public var startedBy: String?
    /// The input of the run.
    public var executionContext: EventValue = [:]

    /// Creates the event.
    public init(
        executionID: String, pipelineID: String, pipelineName: String, startedBy: String? = nil, executionContext: EventValue = [:]
    ) {
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.startedBy = startedBy
        self.executionContext = executionContext
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var executionID: String?
        var pipelineID: String?
        var pipelineName: String?
        var startedBy: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: executionID = try json.read(String.self)
            case 1: pipelineID = try json.read(String.self)
            case 2: pipelineName = try json.read(String.self)
            case 3: startedBy = try json.read(String?.self)
            default: self.executionContext = try json.read(EventValue.self)
            }
        }
        guard let executionID else { throw json.missing("execution_id") }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let pipelineName else { throw json.missing("pipeline_name") }
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.startedBy = startedBy
    }
}

extension PipelineExecutionStarted {
    /// The stable name of the type.
    public static let eventType: EventType = "pipeline.execution.started"
    /// The kind of change.
    public static let category: EventCategory? = .started
    private static let jsonFields = JSONFields("execution_id", "pipeline_id", "pipeline_name", "started_by", "execution_context")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("execution_id", executionID)
        try json.field("pipeline_id", pipelineID)
        try json.field("pipeline_name", pipelineName)
        try json.field("started_by", startedBy)
        try json.field("execution_context", executionContext)
        json.endObject()
    }
}
