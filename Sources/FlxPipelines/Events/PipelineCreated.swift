public import FlxEvents

/// A pipeline was set up.
public struct PipelineCreated: DomainEvent, Hashable {
    /// The pipeline.
    public var pipelineID: String
    /// Its name.
    public var pipelineName: String
    /// Who set it up, if known.
    public var createdBy: String?
    /// Whatever else its creator told, such as a description.
    public var pipelineData: EventValue = [:]

    /// Tells what happened.
    public init(pipelineID: String, pipelineName: String, createdBy: String? = nil, pipelineData: EventValue = [:]) {
        self.pipelineID = pipelineID
        self.pipelineName = pipelineName
        self.createdBy = createdBy
        self.pipelineData = pipelineData
    }

    /// Reads the fields in whatever order they come.
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
    /// What kind of change it tells of.
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
