import FlxCore
import FlxSQLite
import Foundation
import Synchronization

/// A store that stands between a subscription and its file, and ends the process, as a crash would, at a mark that was drawn.
///
/// The marks are the steps of a subscription: before and after each read, each append and each saved checkpoint; its handler adds its own.
final class MarkedStore: EventStore, LeaseStore {
    private let store: SQLiteEventStore
    private let countdown: Mutex<Int>

    /// - Parameter mark: At how many marks from now the process ends.
    init(_ store: SQLiteEventStore, killAt mark: Int) {
        self.store = store
        countdown = Mutex(mark)
    }

    /// Passes a mark, or ends the process at it.
    func pass() {
        let isOver = countdown.withLock { count in
            count -= 1
            return count == 0
        }
        if isOver { kill(getpid(), SIGKILL) }
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        pass()
        let result = try await store.append(writes, unless: boundary)
        pass()
        return result
    }

    func append(
        _ writes: [StreamWrite], unless boundary: Boundary?, under lease: Lease
    ) async throws(FlxError) -> AppendResult {
        pass()
        let result = try await store.append(writes, unless: boundary, under: lease)
        pass()
        return result
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        pass()
        let page = try await store.read(selection, direction, limit: limit)
        pass()
        return page
    }

    func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        pass()
        try await store.setCheckpoint(name, to: position)
        pass()
    }

    func setCheckpoint(_ name: String, to position: Position?, under lease: Lease) async throws(FlxError) {
        pass()
        try await store.setCheckpoint(name, to: position, under: lease)
        pass()
    }

    func acquireLease(_ name: String, owner: String, for duration: Duration) async throws(FlxError) -> Lease? {
        pass()
        return try await store.acquireLease(name, owner: owner, for: duration)
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
