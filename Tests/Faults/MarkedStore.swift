import FlxCore
import FlxSQLite
import FlxTesting

/// A store between a subscription and its file. It ends the process at a mark.
///
/// The marks are the steps of a subscription: before and after each acquired lease, read, append and saved checkpoint.
/// The handler adds its own.
final class MarkedStore: ForwardingStore {
    /// All marks, each with the last pass that may end the process.
    static let marks: [(name: String, most: Int)] = [
        ("lease.before", 1), ("lease.after", 1), ("read.before", 60), ("read.after", 60), ("handle.before", 400), ("handle.after", 400),
        ("append.before", 10), ("append.after", 10), ("checkpoint.before", 20), ("checkpoint.after", 20),
    ]

    let inner: SQLiteEventStore
    private let marks: Marks

    init(_ store: SQLiteEventStore, _ marks: Marks) {
        (inner, self.marks) = (store, marks)
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await marks.around("append") { () async throws(FlxError) in try await inner.append(writes, unless: boundary) }
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await marks.around("read") { () async throws(FlxError) in try await inner.read(selection, direction, limit: limit) }
    }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        guard let mark = mark(change) else { return try await inner.commit(change) }
        return try await marks.around(mark) { () async throws(FlxError) in try await inner.commit(change) }
    }

    private func mark(_ change: StoreChange) -> String? {
        let spaces = Set(change.edits.map(\.space.name))
        if !change.writes.isEmpty { return "append" }
        return spaces.contains("lease-tokens") ? "lease" : spaces.contains("checkpoints") ? "checkpoint" : nil
    }
}
