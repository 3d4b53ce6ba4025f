public import FlxEvents

/// The example domain of the demo, the guides and the tests: pipelines for moving data, their steps and their runs.
///
/// Its events are those of the Python module `flx_core.events`. They are written by hand in the form of the macro
/// `@Event`, so users of this module need not build macros.
public enum Pipelines {
    /// The events of the domain form.
    public static let domainEvents: [any DomainEvent.Type] = [
        PipelineCreated.self, PipelineUpdated.self, PipelineDeleted.self, PipelineStepAdded.self, PipelineExecutionStarted.self,
        PipelineExecutionCompleted.self,
    ]

    /// The events of the reflection form, one for each category.
    public static let reflectionEvents: [any DomainEvent.Type] = [
        ExecutionStarted.self, ExecutionCompleted.self, ExecutionFailed.self,
    ]

    /// Returns a registry of all events of the domain, for both forms.
    /// - Throws: ``FlxError/Code/registration`` if two events have the same name or category. The tests rule this out.
    public static func registry() throws(FlxError) -> EventRegistry {
        var registry = try EventRegistry(domainEvents)
        for type in reflectionEvents { try registry.reflect(type) }
        return registry
    }
}
