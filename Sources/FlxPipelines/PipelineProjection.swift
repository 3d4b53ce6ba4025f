public import FlxEvents

/// The current pipelines of a log, with their last runs.
///
/// The projection accepts the events of both forms. It ignores events about a pipeline that was not created.
public struct PipelineProjection: Projection, Hashable {
    /// The pipelines by their ids.
    public private(set) var pipelines: [String: Pipeline] = [:]

    /// Creates the state before the first event.
    public init() {}

    /// The pipelines in the order of their names, then of their ids.
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
        // A null description is a change too; a missing one is not.
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
    /// The name of the projection, used for its checkpoint.
    public static let name: String = "pipelines"
    /// The version of the projection.
    public static let version: Int = 1
    /// The handled types.
    public static let selection = Selection.types(
        PipelineCreated.eventType, PipelineUpdated.eventType, PipelineDeleted.eventType, PipelineExecutionStarted.eventType,
        PipelineExecutionCompleted.eventType, ExecutionStarted.eventType, ExecutionCompleted.eventType, ExecutionFailed.eventType)

    /// Applies an event. Returns false if its type or schema version is not handled.
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
    /// The time of the event; if it has none, the time of recording.
    fileprivate var occurredAt: Timestamp { event.time ?? recordedTime }
}
