public import FlxEvents

/// A pipeline as ``PipelineProjection`` knows it.
public struct Pipeline: Hashable, Identifiable, Sendable {
    /// The id.
    public let id: String
    /// The name.
    public internal(set) var name: String
    /// What it is for, if its creator told.
    public internal(set) var description: String?
    /// Who set it up, if known.
    public let createdBy: String?
    /// When it was set up.
    public let createdAt: Timestamp
    /// How many runs of it began.
    public private(set) var executionCount = 0
    /// The run that began last.
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
        /// `running`, and after that how it ended: `success`, `failed` or another word of the producer.
        public fileprivate(set) var status: String
        /// When it began.
        public let startedAt: Timestamp
        /// How long it took, in seconds, once it ended and the producer told.
        public fileprivate(set) var durationSeconds: Double?
    }
}

extension Pipeline {
    /// A run began.
    mutating func start(_ execution: String, at time: Timestamp) {
        executionCount += 1
        lastExecution = Execution(id: execution, status: "running", startedAt: time)
    }

    /// A run ended; without an id the last one is meant. What is told of an earlier run changes nothing.
    mutating func end(_ execution: String?, status: String, durationSeconds: Double?) {
        guard let last = lastExecution, execution == nil || execution == last.id else { return }
        lastExecution?.status = status
        lastExecution?.durationSeconds = durationSeconds
    }
}

extension Pipeline: JSONWritable {
    /// Writes the pipeline with the keys of the seed.
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
    /// Writes the run with the keys of the seed.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("id", id)
        try json.field("status", status)
        try json.field("started_at", startedAt)
        try json.field("duration", durationSeconds)
        json.endObject()
    }
}
