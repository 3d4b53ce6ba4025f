public import FlxEvents

/// A run of a pipeline ended.
public struct PipelineExecutionCompleted: DomainEvent, Hashable {
    /// The id of the run.
    public var executionID: String
    /// The id of the pipeline.
    public var pipelineID: String
    /// The name of the pipeline.
    public var pipelineName: String
    /// The final status.
    public var status: String = "success"
    /// The duration of the run in seconds.
    public var durationSeconds: Double
    /// The result of the run.
    public var resultData: EventValue = [:]

    /// Creates the event.
    public init(
        executionID: String, pipelineID: String, pipelineName: String, status: String = "success", durationSeconds: Double,
        resultData: EventValue = [:]
    ) {
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.status = status
        self.durationSeconds = durationSeconds
        self.resultData = resultData
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var executionID: String?
        var pipelineID: String?
        var pipelineName: String?
        var durationSeconds: Double?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: executionID = try json.read(String.self)
            case 1: pipelineID = try json.read(String.self)
            case 2: pipelineName = try json.read(String.self)
            case 3: self.status = try json.read(String.self)
            case 4: durationSeconds = try json.read(Double.self)
            default: self.resultData = try json.read(EventValue.self)
            }
        }
        guard let executionID else { throw json.missing("execution_id") }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let pipelineName else { throw json.missing("pipeline_name") }
        guard let durationSeconds else { throw json.missing("duration_seconds") }
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.durationSeconds = durationSeconds
    }
}

extension PipelineExecutionCompleted {
    /// The stable name of the type.
    public static let eventType: EventType = "pipeline.execution.completed"
    /// The kind of change.
    public static let category: EventCategory? = .completed
    private static let jsonFields = JSONFields("execution_id", "pipeline_id", "pipeline_name", "status", "duration_seconds", "result_data")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("execution_id", executionID)
        try json.field("pipeline_id", pipelineID)
        try json.field("pipeline_name", pipelineName)
        try json.field("status", status)
        try json.field("duration_seconds", durationSeconds)
        try json.field("result_data", resultData)
        json.endObject()
    }
}
