public import FlxCore

/// A store that passes every call on to another one: the base of stores for tests, which override what they watch or break.
///
/// ```swift
/// struct SlowStore: ForwardingStore {
///     let inner: MemoryEventStore
///
///     func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
///         try? await Task.sleep(for: .milliseconds(10))
///         return try await inner.read(selection, direction, limit: limit)
///     }
/// }
/// ```
public protocol ForwardingStore: StateStore {
    /// The type of the other store.
    associatedtype Inner: StateStore
    /// The other store.
    var inner: Inner { get }
}

extension ForwardingStore {
    /// Passes the call on.
    public func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await inner.append(writes, unless: boundary)
    }

    /// Passes the call on.
    public func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await inner.read(selection, direction, limit: limit)
    }

    /// Passes the call on.
    public func wait(after position: Position) async throws(FlxError) { try await inner.wait(after: position) }

    /// Passes the call on.
    public func lastPosition() async throws(FlxError) -> Position { try await inner.lastPosition() }

    /// Passes the call on.
    public func close() async { await inner.close() }

    /// Passes the call on.
    @discardableResult
    public func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult { try await inner.commit(change) }

    /// Passes the call on.
    public func state(_ keys: [StateKey]) async throws(FlxError) -> [StateRecord?] { try await inner.state(keys) }

    /// Passes the call on.
    public func state(_ query: StateQuery) async throws(FlxError) -> StatePage { try await inner.state(query) }

    /// Passes the call on.
    public func now() async throws(FlxError) -> Timestamp { try await inner.now() }
}
