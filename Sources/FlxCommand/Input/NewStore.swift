import FlxCore
import Synchronization

/// A store before its creation: its file is created by the first append that an empty store accepts. A refused command therefore leaves
/// none behind.
final class NewStore: EventStore {
    private let make: @Sendable () async throws(FlxError) -> any EventStore
    private let made = Mutex((any EventStore)?.none)
    /// The content until then: nothing.
    private let empty = MemoryEventStore()

    init(_ make: @escaping @Sendable () async throws(FlxError) -> any EventStore) {
        self.make = make
    }

    private var current: any EventStore { made.withLock { $0 } ?? empty }

    /// Appends; one call at a time until the first has succeeded.
    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        if let store = made.withLock({ $0 }) { return try await store.append(writes, unless: boundary) }
        let rehearsal = MemoryEventStore()
        let result = try await rehearsal.append(writes, unless: boundary)
        guard !result.places.isEmpty else { return result }
        let store = try await make()
        made.withLock { $0 = store }
        return try await store.append(writes, unless: boundary)
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await current.read(selection, direction, limit: limit)
    }

    func wait(after position: Position) async throws(FlxError) { try await current.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await current.lastPosition() }
    func event(_ id: EventID) async throws(FlxError) -> RecordedEvent? { try await current.event(id) }
    func close() async { await current.close() }
}
