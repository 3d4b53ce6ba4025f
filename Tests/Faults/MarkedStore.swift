import FlxCore
import FlxSQLite

/// A store between a subscription and its file. It ends the process at a mark.
///
/// The marks are the steps of a subscription: before and after each acquired lease, read, append and saved checkpoint.
/// The handler adds its own.
final class MarkedStore: EventStore, LeaseStore {
    /// All marks, each with the last pass that may end the process.
    static let marks: [(name: String, most: Int)] = [
        ("lease.before", 1), ("lease.after", 1), ("read.before", 60), ("read.after", 60), ("handle.before", 400), ("handle.after", 400),
        ("append.before", 10), ("append.after", 10), ("checkpoint.before", 20), ("checkpoint.after", 20),
    ]

    private let store: SQLiteEventStore
    private let marks: Marks

    init(_ store: SQLiteEventStore, _ marks: Marks) {
        (self.store, self.marks) = (store, marks)
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await marks.around("append") { () async throws(FlxError) in try await store.append(writes, unless: boundary) }
    }

    func append(
        _ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease
    ) async throws(FlxError) -> AppendResult {
        try await marks.around("append") { () async throws(FlxError) in try await store.append(writes, unless: boundary, under: lease) }
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await marks.around("read") { () async throws(FlxError) in try await store.read(selection, direction, limit: limit) }
    }

    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        try await marks.around("checkpoint") { () async throws(FlxError) in try await store.setCheckpoint(name, to: position) }
    }

    func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        try await marks.around("checkpoint") { () async throws(FlxError) in
            try await store.setCheckpoint(name, to: position, under: lease)
        }
    }

    func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        try await marks.around("lease") { () async throws(FlxError) in try await store.acquireLease(name, owner: owner, for: duration) }
    }

    func renewLease(_ lease: Lease, for duration: Duration) async throws(FlxError) -> Lease {
        try await store.renewLease(lease, for: duration)
    }

    func releaseLease(_ lease: Lease) async throws(FlxError) { try await store.releaseLease(lease) }
    func checkpoint(_ name: String) async throws(FlxError) -> Position? { try await store.checkpoint(name) }
    func wait(after position: Position) async throws(FlxError) { try await store.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await store.lastPosition() }
    func close() async { await store.close() }
}
