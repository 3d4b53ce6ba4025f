public import FlxEvents

/// A run ended successfully, in the reflection form.
public struct ExecutionCompleted: DomainEvent, Hashable {
    /// The id of the run.
    public var executionID: String
    /// The id of the pipeline.
    public var pipelineID: String
    /// The duration of the run in seconds.
    public var durationSeconds: Double
    /// The number of rows moved.
    public var rows: Int
    /// True if the result came from a cache.
    public var cached: Bool

    /// Creates the event.
    public init(executionID: String, pipelineID: String, durationSeconds: Double, rows: Int, cached: Bool) {
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.durationSeconds = durationSeconds
        self.rows = rows
        self.cached = cached
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var executionID: String?
        var pipelineID: String?
        var durationSeconds: Double?
        var rows: Int?
        var cached: Bool?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: executionID = try json.read(String.self)
            case 1: pipelineID = try json.read(String.self)
            case 2: durationSeconds = try json.read(Double.self)
            case 3: rows = try json.read(Int.self)
            default: cached = try json.read(Bool.self)
            }
        }
        guard let executionID else { throw json.missing("execution_id") }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let durationSeconds else { throw json.missing("duration_seconds") }
        guard let rows else { throw json.missing("rows") }
        guard let cached else { throw json.missing("cached") }
        self.executionID = executionID
        self.pipelineID = pipelineID
        self.durationSeconds = durationSeconds
        self.rows = rows
        self.cached = cached
    }
}

extension ExecutionCompleted {
    /// The stable name of the type.
    public static let eventType: EventType = "execution.completed"
    /// The kind of change.
    public static let category: EventCategory? = .completed
    private static let jsonFields = JSONFields("execution_id", "pipeline_id", "duration_seconds", "rows", "cached")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("execution_id", executionID)
        try json.field("pipeline_id", pipelineID)
        try json.field("duration_seconds", durationSeconds)
        try json.field("rows", rows)
        try json.field("cached", cached)
        json.endObject()
    }
}
