extension EventStore {
    /// Folds events into a projection, without a runner: the state of one stream, of a query, or of a time gone by.
    ///
    /// ```swift
    /// let order = try await store.state(of: OrderView(), in: .stream("order-17"))
    /// let then = try await store.state(of: OpenOrders(), upTo: .time(newYear))
    /// ```
    ///
    /// - Parameters:
    ///   - projection: The state before the first event.
    ///   - selection: The events to apply; nil for the projection's own selection.
    ///   - end: How far to go.
    /// - Returns: The projection after the last of them.
    /// - Throws: An error that names event, position and projection where one cannot be applied; what reading throws;
    ///   ``FlxError/Code/cancelled``.
    public func state<P: Projection>(
        of projection: P, in selection: Selection? = nil, upTo end: ReplayEnd = .latest
    ) async throws(FlxError) -> P {
        let runner = ProjectionRunner(projection, over: self, selection: selection ?? P.selection)
        try await runner.catchUp(to: end)
        return runner.state
    }
}
