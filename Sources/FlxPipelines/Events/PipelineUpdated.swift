public import FlxEvents

/// Settings of a pipeline changed.
public struct PipelineUpdated: DomainEvent, Hashable {
    /// The id of the pipeline.
    public var pipelineID: String
    /// The name of the pipeline.
    public var pipelineName: String
    /// The updating user, if known.
    public var updatedBy: String?
    /// The changed settings, with their new values.
    public var changes: EventValue = [:]
    /// The changed settings, with their earlier values.
    public var previousValues: EventValue = [:]

    /// Creates the event.
    public init(
        pipelineID: String, pipelineName: String, updatedBy: String? = nil, changes: EventValue = [:],
        previousValues: EventValue = [:]
    ) {
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.updatedBy = updatedBy
        self.changes = changes
        self.previousValues = previousValues
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var pipelineID: String?
        var pipelineName: String?
        var updatedBy: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: pipelineID = try json.read(String.self)
            case 1: pipelineName = try json.read(String.self)
            case 2: updatedBy = try json.read(String?.self)
            case 3: self.changes = try json.read(EventValue.self)
            default: self.previousValues = try json.read(EventValue.self)
            }
        }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let pipelineName else { throw json.missing("pipeline_name") }
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.updatedBy = updatedBy
    }
}

extension PipelineUpdated {
    /// The stable name of the type.
    public static let eventType: EventType = "pipeline.updated"
    /// The kind of change.
    public static let category: EventCategory? = .updated
    private static let jsonFields = JSONFields("pipeline_id", "pipeline_name", "updated_by", "changes", "previous_values")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("pipeline_id", pipelineID)
        try json.field("pipeline_name", pipelineName)
        try json.field("updated_by", updatedBy)
        try json.field("changes", changes)
        try json.field("previous_values", previousValues)
        json.endObject()
    }
}
