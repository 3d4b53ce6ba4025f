public import FlxEvents

/// A pipeline was created.
public struct PipelineCreated: DomainEvent, Hashable {
    /// The id of the pipeline.
    public var pipelineID: String
    /// The name of the pipeline.
    public var pipelineName: String
    /// The creator, if known.
    public var createdBy: String?
    /// Additional data from the creator, such as a description.
    public var pipelineData: EventValue = [:]

    /// Creates the event.
    public init(pipelineID: String, pipelineName: String, createdBy: String? = nil, pipelineData: EventValue = [:]) {
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.createdBy = createdBy
        self.pipelineData = pipelineData
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var pipelineID: String?
        var pipelineName: String?
        var createdBy: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: pipelineID = try json.read(String.self)
            case 1: pipelineName = try json.read(String.self)
            case 2: createdBy = try json.read(String?.self)
            default: self.pipelineData = try json.read(EventValue.self)
            }
        }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let pipelineName else { throw json.missing("pipeline_name") }
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.createdBy = createdBy
    }
}

extension PipelineCreated {
    /// The stable name of the type.
    public static let eventType: EventType = "pipeline.created"
    /// The kind of change.
    public static let category: EventCategory? = .created
    private static let jsonFields = JSONFields("pipeline_id", "pipeline_name", "created_by", "pipeline_data")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("pipeline_id", pipelineID)
        try json.field("pipeline_name", pipelineName)
        try json.field("created_by", createdBy)
        try json.field("pipeline_data", pipelineData)
        json.endObject()
    }
}
