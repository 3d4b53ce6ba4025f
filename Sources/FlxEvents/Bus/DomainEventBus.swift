public import FlxCore

/// A bus within one process and nothing else: no store, no broker, no delay.
public struct DomainEventBus: EventBus {
    private let engine: BusEngine

    /// How the bus completes envelopes and what stands around it.
    public var configuration: BusConfiguration { engine.configuration }

    /// Makes a bus without handlers.
    public init(_ configuration: BusConfiguration = BusConfiguration()) {
        engine = BusEngine(configuration)
    }

    /// See ``EventBus``.
    @discardableResult
    public func publish(_ publications: [Publication]) async throws(FlxError) -> PublishReceipt {
        try await engine.publish(publications)
    }

    /// See ``EventBus``.
    @discardableResult
    public func publish(_ publication: Publication) async throws(FlxError) -> PublishReceipt {
        try await engine.publish(publication)
    }

    /// See ``EventBus``.
    @discardableResult
    public func subscribe(_ handler: EventHandler) -> BusSubscription {
        engine.subscribe(handler)
    }

    /// See ``EventBus``.
    public func failures() -> AsyncStream<HandlerFailure> {
        engine.dispatcher.failures.stream()
    }

    /// See ``EventBus``.
    @discardableResult
    public func close(within duration: Duration) async -> [UnfinishedWork] {
        await engine.dispatcher.close(within: duration)
    }
}
