public import FlxEvents

/// A run of a pipeline began.
public struct PipelineExecutionStarted: DomainEvent, Hashable {
    /// The run.
    public var executionID: String
    /// The pipeline.
    public var pipelineID: String
    /// Its name.
    public var pipelineName: String
    /// Who or what began it, if known.
    public var startedBy: String?
    /// Whatever the run was given.
    public var executionContext: EventValue = [:]

    /// Tells what happened.
    public init(
        executionID: String, pipelineID: String, pipelineName: String, startedBy: String? = nil, executionContext: EventValue = [:]
    ) {
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.startedBy = startedBy
        self.executionContext = executionContext
    }

    /// Reads the fields in whatever order they come.
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
    /// What kind of change it tells of.
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
