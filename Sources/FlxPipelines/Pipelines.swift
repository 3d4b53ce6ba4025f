public import FlxEvents

/// The example domain: pipelines that move data, their steps and their runs. The demo, the guides and the tests use it.
///
/// Its events are those of the Python module `flx_core.events`. They are written by hand, as the macro `@Event` would write them, so
/// that who uses them builds no macros.
public enum Pipelines {
    /// The events of the domain form, by name.
    public static let domainEvents: [any DomainEvent.Type] = [
        PipelineCreated.self, PipelineUpdated.self, PipelineDeleted.self, PipelineStepAdded.self, PipelineExecutionStarted.self,
        PipelineExecutionCompleted.self,
    ]

    /// The events of the reflection form, each the one of its category.
    public static let reflectionEvents: [any DomainEvent.Type] = [
        ExecutionStarted.self, ExecutionCompleted.self, ExecutionFailed.self,
    ]

    /// All events of the domain, ready for both forms.
    /// - Throws: ``FlxError/Code/registration`` if two of them had one name or category, which the tests rule out.
    public static func registry() throws(FlxError) -> EventRegistry {
        var registry = try EventRegistry(domainEvents)
        for type in reflectionEvents { try registry.reflect(type) }
        return registry
    }
}
