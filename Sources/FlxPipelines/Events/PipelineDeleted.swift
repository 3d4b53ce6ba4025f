public import FlxEvents

/// A pipeline was deleted.
public struct PipelineDeleted: DomainEvent, Hashable {
    /// The id of the pipeline.
    public var pipelineID: String
    /// The name of the pipeline.
    public var pipelineName: String
    /// The deleting user, if known.
    public var deletedBy: String?

    /// Creates the event.
    public init(pipelineID: String, pipelineName: String, deletedBy: String? = nil) {
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.deletedBy = deletedBy
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var pipelineID: String?
        var pipelineName: String?
        var deletedBy: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: pipelineID = try json.read(String.self)
            case 1: pipelineName = try json.read(String.self)
            default: deletedBy = try json.read(String?.self)
            }
        }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let pipelineName else { throw json.missing("pipeline_name") }
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.deletedBy = deletedBy
    }
}

extension PipelineDeleted {
    /// The stable name of the type.
    public static let eventType: EventType = "pipeline.deleted"
    /// The kind of change.
    public static let category: EventCategory? = .deleted
    private static let jsonFields = JSONFields("pipeline_id", "pipeline_name", "deleted_by")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("pipeline_id", pipelineID)
        try json.field("pipeline_name", pipelineName)
        try json.field("deleted_by", deletedBy)
        json.endObject()
    }
}
