import FlxCore

/// A bus within one process and nothing else: no store, no broker, no delay.
public struct DomainEventBus: EngineBus {
    let engine: BusEngine

    /// Makes a bus without handlers.
    public init(_ configuration: BusConfiguration = BusConfiguration()) {
        engine = BusEngine(configuration)
    }
}
