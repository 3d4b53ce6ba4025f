public import FlxEvents

/// A step was added to a pipeline.
public struct PipelineStepAdded: DomainEvent, Hashable {
    /// The id of the pipeline.
    public var pipelineID: String
    /// The id of the step, unique within the pipeline.
    public var stepID: String
    /// The id of the plugin for the step's work.
    public var pluginID: String

    /// Creates the event.
    public init(pipelineID: String, stepID: String, pluginID: String) {
        self.pipelineID = pipelineID
        self.stepID = stepID
        self.pluginID = pluginID
    }

    /// Reads the fields in any order.
    public init(json: inout JSONReader) throws(FlxError) {
        var pipelineID: String?
        var stepID: String?
        var pluginID: String?
        try json.beginObject()
        while let field = try json.nextField(of: Self.jsonFields) {
            switch field {
            case 0: pipelineID = try json.read(String.self)
            case 1: stepID = try json.read(String.self)
            default: pluginID = try json.read(String.self)
            }
        }
        guard let pipelineID else { throw json.missing("pipeline_id") }
        guard let stepID else { throw json.missing("step_id") }
        guard let pluginID else { throw json.missing("plugin_id") }
        self.pipelineID = pipelineID
        self.stepID = stepID
        self.pluginID = pluginID
    }
}

extension PipelineStepAdded {
    /// The stable name of the type.
    public static let eventType: EventType = "pipeline.step.added"
    /// The kind of change.
    public static let category: EventCategory? = .updated
    private static let jsonFields = JSONFields("pipeline_id", "step_id", "plugin_id")

    /// Writes each property under its key.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("pipeline_id", pipelineID)
        try json.field("step_id", stepID)
        try json.field("plugin_id", pluginID)
        json.endObject()
    }
}
