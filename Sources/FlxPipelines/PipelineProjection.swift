public import FlxEvents

/// What the pipelines of a log are now, and how their last runs went.
///
/// It is fed the events of both forms; a pipeline that was never created is not there, whatever else is told of it.
public struct PipelineProjection: Projection, Hashable {
    /// The pipelines by their ids.
    public private(set) var pipelines: [String: Pipeline] = [:]

    /// Makes the state before the first event.
    public init() {}

    /// The pipelines by name, those of one name by id.
    public var sorted: [Pipeline] {
        pipelines.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    private mutating func on(_ event: PipelineCreated, _ recorded: RecordedEvent) {
        pipelines[event.pipelineID] = Pipeline(
            id: event.pipelineID, name: event.pipelineName, description: event.pipelineData["description"]?.string,
            createdBy: event.createdBy, createdAt: recorded.occurredAt)
    }

    private mutating func on(_ event: PipelineUpdated) {
        pipelines[event.pipelineID]?.name = event.pipelineName
        // A description of null is a change too; one that is not told is none.
        if let description = event.changes["description"] { pipelines[event.pipelineID]?.description = description.string }
    }

    private mutating func on(_ event: PipelineDeleted) {
        pipelines[event.pipelineID] = nil
    }

    private mutating func on(_ event: PipelineExecutionStarted, _ recorded: RecordedEvent) {
        pipelines[event.pipelineID]?.start(event.executionID, at: recorded.occurredAt)
    }

    private mutating func on(_ event: PipelineExecutionCompleted) {
        pipelines[event.pipelineID]?.end(event.executionID, status: event.status, durationSeconds: event.durationSeconds)
    }

    private mutating func on(_ event: ExecutionStarted, _ recorded: RecordedEvent) {
        pipelines[event.pipelineID]?.start(event.executionID, at: recorded.occurredAt)
    }

    private mutating func on(_ event: ExecutionCompleted) {
        pipelines[event.pipelineID]?.end(event.executionID, status: "success", durationSeconds: event.durationSeconds)
    }

    private mutating func on(_ event: ExecutionFailed) {
        pipelines[event.pipelineID]?.end(event.executionID, status: "failed", durationSeconds: nil)
    }
}

extension PipelineProjection {
    /// The name by which checkpoints know the projection.
    public static let name: String = "pipelines"
    /// The version of the fold.
    public static let version: Int = 1
    /// The types that it handles.
    public static let selection = Selection.types(
        PipelineCreated.eventType, PipelineUpdated.eventType, PipelineDeleted.eventType, PipelineExecutionStarted.eventType,
        PipelineExecutionCompleted.eventType, ExecutionStarted.eventType, ExecutionCompleted.eventType, ExecutionFailed.eventType)

    /// Takes an event of the types that it handles.
    public mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        switch (recorded.event.type, recorded.event.schemaVersion) {
        case (PipelineCreated.eventType, PipelineCreated.schemaVersion):
            try on(recorded.event.decode(as: PipelineCreated.self), recorded)
        case (PipelineUpdated.eventType, PipelineUpdated.schemaVersion):
            try on(recorded.event.decode(as: PipelineUpdated.self))
        case (PipelineDeleted.eventType, PipelineDeleted.schemaVersion):
            try on(recorded.event.decode(as: PipelineDeleted.self))
        case (PipelineExecutionStarted.eventType, PipelineExecutionStarted.schemaVersion):
            try on(recorded.event.decode(as: PipelineExecutionStarted.self), recorded)
        case (PipelineExecutionCompleted.eventType, PipelineExecutionCompleted.schemaVersion):
            try on(recorded.event.decode(as: PipelineExecutionCompleted.self))
        case (ExecutionStarted.eventType, ExecutionStarted.schemaVersion):
            try on(recorded.event.decode(as: ExecutionStarted.self), recorded)
        case (ExecutionCompleted.eventType, ExecutionCompleted.schemaVersion):
            try on(recorded.event.decode(as: ExecutionCompleted.self))
        case (ExecutionFailed.eventType, ExecutionFailed.schemaVersion):
            try on(recorded.event.decode(as: ExecutionFailed.self))
        default:
            return false
        }
        return true
    }
}

extension RecordedEvent {
    /// When it happened, or else when it was recorded.
    fileprivate var occurredAt: Timestamp { event.time ?? recordedTime }
}
