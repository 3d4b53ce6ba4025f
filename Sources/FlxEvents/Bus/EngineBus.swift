import FlxCore

/// A bus built around an engine. Publishing, dispatching and closing are the engine's.
protocol EngineBus: EventBus {
    var engine: BusEngine { get }
}

extension EngineBus {
    /// The configuration: the completion of envelopes, middleware and reports.
    public var configuration: BusConfiguration { engine.configuration }

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
