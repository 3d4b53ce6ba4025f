import FlxCore

/// A wrong store that does with its log what the store in memory does.
protocol StoreDouble: EventStore {
    var inner: MemoryEventStore { get }
}

extension StoreDouble {
    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await inner.append(writes, unless: boundary)
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await inner.read(selection, direction, limit: limit)
    }

    func wait(after position: Position) async throws(FlxError) { try await inner.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await inner.lastPosition() }
    func close() async { await inner.close() }
}

extension StateEdit {
    /// The record that is written; nil for other edits.
    var written: StateRecord? {
        if case .put(let record) = self { record } else { nil }
    }
}
