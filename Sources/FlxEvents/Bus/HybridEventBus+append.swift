import FlxCore

extension HybridEventBus {
    /// Publishes events to a stream by an append of the caller's.
    func publish(
        _ events: [Event], to stream: StreamName,
        _ append: @escaping @Sendable ([Event], any EventStore) async throws(FlxError) -> [AppendResult.Place]
    ) async throws(FlxError) -> PublishReceipt {
        guard let store else { throw FlxError(.invalidValue, "a repository needs a bus with a store: give it one") }
        return try await engine.publish(events.map { Publication($0) }) { publications throws(FlxError) in
            let write = StreamWrite(publications.map(\.event), to: stream)
            return publications.placed(try await append(write.events, store), in: [write])
        }
    }
}
