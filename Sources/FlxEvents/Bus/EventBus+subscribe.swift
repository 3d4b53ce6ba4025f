public import FlxCore

extension EventBus {
    /// Handles events of a Swift type, in its schema version.
    @discardableResult
    public func subscribe<Value: DomainEvent>(
        to type: Value.Type = Value.self, named name: String? = nil, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Value) async throws -> Void
    ) -> BusSubscription {
        subscribe(EventHandler(name ?? "\(Value.self)", of: type, options: options) { value, _ async throws in try await body(value) })
    }

    /// Handles events of a Swift type, in its schema version, without waiting for anything.
    @discardableResult
    public func subscribe<Value: DomainEvent>(
        to type: Value.Type = Value.self, named name: String? = nil, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Value) throws -> Void
    ) -> BusSubscription {
        subscribe(EventHandler(name ?? "\(Value.self)", of: type, options: options) { value, _ throws in try body(value) })
    }

    /// Handles every event with a type matching a pattern, such as `pipeline.created`, `pipeline.*` or `#`.
    @discardableResult
    public func subscribe(
        to pattern: EventPattern, named name: String? = nil, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Event) async throws -> Void
    ) -> BusSubscription {
        subscribe(
            EventHandler(name ?? pattern.description, on: pattern, options: options) { publication async throws in
                try await body(publication.event)
            })
    }

    /// Handles every event with a type matching a pattern, synchronously.
    @discardableResult
    public func subscribe(
        to pattern: EventPattern, named name: String? = nil, options: HandlerOptions = .standard,
        _ body: @escaping @Sendable (Event) throws -> Void
    ) -> BusSubscription {
        subscribe(
            EventHandler(name ?? pattern.description, on: pattern, options: options) { publication throws in
                try body(publication.event)
            })
    }

    /// Keeps a handler on the bus for as long as the work runs.
    public func withSubscription<Success>(
        _ handler: EventHandler, isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Success
    ) async rethrows -> Success {
        let subscription = subscribe(handler)
        defer { subscription.cancel() }
        return try await work()
    }
}
