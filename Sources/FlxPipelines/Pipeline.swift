public import FlxEvents

/// The state of a pipeline in ``PipelineProjection``.
public struct Pipeline: Hashable, Identifiable, Sendable {
    /// The id.
    public let id: String
    /// The name.
    public internal(set) var name: String
    /// The purpose, if the creator gave one.
    public internal(set) var description: String?
    /// The creator, if known.
    public let createdBy: String?
    /// The time of creation.
    public let createdAt: Timestamp
    /// The number of runs begun.
    public private(set) var executionCount = 0
    /// The run begun last.
    public private(set) var lastExecution: Execution?

    init(id: String, name: String, description: String?, createdBy: String?, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.description = description
        self.createdBy = createdBy
        self.createdAt = createdAt
    }

    /// A run of a pipeline.
    public struct Execution: Hashable, Identifiable, Sendable {
        /// The id.
        public let id: String
        /// The status: `running`, then `success`, `failed` or another word of the producer.
        public fileprivate(set) var status: String
        /// The time of the beginning.
        public let startedAt: Timestamp
        /// The duration in seconds, if the run has ended and the producer reported it.
        public fileprivate(set) var durationSeconds: Double?
    }
}

extension Pipeline {
    /// Records the beginning of a run.
    mutating func start(_ execution: String, at time: Timestamp) {
        executionCount += 1
        lastExecution = Execution(id: execution, status: "running", startedAt: time)
    }

    /// Records the end of a run. A nil id means the last run. The end of any earlier run has no effect.
    mutating func end(_ execution: String?, status: String, durationSeconds: Double?) {
        guard let last = lastExecution, execution == nil || execution == last.id else { return }
        lastExecution?.status = status
        lastExecution?.durationSeconds = durationSeconds
    }
}

extension Pipeline: JSONWritable {
    /// Writes the pipeline, with the keys of the Python module.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("id", id)
        try json.field("name", name)
        try json.field("description", description)
        try json.field("created_by", createdBy)
        try json.field("created_at", createdAt)
        try json.field("execution_count", executionCount)
        try json.field("last_execution", lastExecution)
        json.endObject()
    }
}

extension Pipeline.Execution: JSONWritable {
    /// Writes the run, with the keys of the Python module.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("id", id)
        try json.field("status", status)
        try json.field("started_at", startedAt)
        try json.field("duration", durationSeconds)
        json.endObject()
    }
}
