import Dispatch
import FlxCore
import FlxEvents
@testable import FlxSQLite
import Synchronization
import Testing

/// Callers that wait: for a lock that another program holds, for a reader, for the end.
@Suite struct WaitingTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test func appendsWaitForAForeignLockTogetherAndCanBeCancelled() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([Event(type: "t")], to: "s")
            let other = Database(folder.store)
            #expect(other.run("BEGIN IMMEDIATE") == nil)
            let patient = Task { await failureCode { try await store.append([Event(type: "t")], to: "patient") } }
            let hurried = (0..<20).map { number in
                Task { await failureCode { try await store.append([Event(type: "t")], to: StreamName("hurried-\(number)")) } }
            }
            let guarded = Task {
                await failureCode {
                    let lease = Lease(name: "a", owner: "b", token: 1, expires: Timestamp(nanoseconds: 0))
                    _ = try await store.append([StreamWrite([Event(type: "t")], to: "leased")], unless: nil, under: lease)
                }
            }
            for task in hurried { task.cancel() }
            guarded.cancel()
            for task in hurried + [guarded] { #expect(await task.value == .cancelled) }
            #expect(other.run("COMMIT") == nil)
            // On a machine that is busy enough its time is over before the lock is.
            let code = await patient.value
            #expect(code == nil || code == .locked)
            #expect(try await store.lastPosition() == (code == nil ? 2 : 1))
        }
    }

    @Test func theEndDoesNotWaitForAForeignLock() async throws {
        let store = try await SQLiteEventStore.open(.init(path: folder.store))
        let other = Database(folder.store)
        #expect(other.run("BEGIN IMMEDIATE") == nil)
        let appends = (0..<20).map { number in
            Task { await failureCode { try await store.append([Event(type: "t")], to: StreamName("s-\(number)")) } }
        }
        let checkpoint = Task { await failureCode { try await store.setCheckpoint("a", to: 1) } }
        for _ in 0..<100 { await Task.yield() }
        await store.close()
        for task in appends + [checkpoint] {
            // The time of some may be over before the end comes.
            let code = await task.value
            #expect(code == .closed || code == .locked)
        }
        #expect(other.run("ROLLBACK") == nil)
    }

    @Test func aForeignLockThatStaysFailsAllWhoWaitedLongEnough() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let other = Database(folder.store)
            #expect(other.run("BEGIN IMMEDIATE") == nil)
            let codes = await withTaskGroup(of: FlxError.Code?.self) { group in
                for number in 0..<50 {
                    group.addTask { await failureCode { try await store.append([Event(type: "t")], to: StreamName("s-\(number)")) } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == Array(repeating: .locked, count: 50))
            #expect(other.run("COMMIT") == nil)
            try await store.append([Event(type: "t")], to: "s")
        }
    }

    /// Keeps the one reader busy until the gate opens.
    private func withBusyReader(_ body: (SQLiteEventStore, DispatchSemaphore) async throws -> Void) async throws {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.readers = 1
        let store = try await SQLiteEventStore.open(configuration)
        let (gate, begun) = (DispatchSemaphore(value: 0), Gate())
        let busy = Task {
            try await store.query { _ in
                begun.open()
                gate.wait()
            }
        }
        await begun.wait()
        do {
            try await body(store, gate)
        } catch {
            gate.signal()
            throw error
        }
        _ = try? await busy.value
        await store.close()
    }

    @Test func readsThatWaitForAReaderCanBeCancelled() async throws {
        try await withBusyReader { store, gate in
            let patient = Task { await failureCode { _ = try await store.read(.all, .forward, limit: 1) } }
            let hurried = (0..<50).map { _ in Task { await failureCode { _ = try await store.read(.all, .forward, limit: 1) } } }
            while store.readers.waiting < 51 { await Task.yield() }
            for task in hurried { task.cancel() }
            // The gate is closed: nothing but the cancellation can end them.
            for task in hurried { #expect(await task.value == .cancelled) }
            let ending = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failureCode { _ = try await store.checkpoint("a") }
            }
            while store.readers.waiting < 2 { await Task.yield() }
            gate.signal()
            #expect(await patient.value == nil)
            #expect(await ending.value == nil, "one that is cancelled before it asks may read what it needs to end")
        }
    }

    @Test func whoClosesASecondTimeWaitsForTheFirst() async throws {
        try await withBusyReader { store, gate in
            let ended = Counter()
            let closing = (0..<3).map { _ in
                Task {
                    await store.close()
                    ended.add()
                }
            }
            for _ in 0..<500 { await Task.yield() }
            #expect(ended.value == 0)
            gate.signal()
            for task in closing { await task.value }
            await store.close()
            try await SQLiteEventStore.open(store.configuration).close()
        }
    }
}

/// A number that several tasks add to.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock(\.self) }
    func add() { count.withLock { $0 += 1 } }
}

/// A gate that opens once.
private final class Gate: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    func open() { stream.continuation.finish() }
    func wait() async { for await _ in stream.stream {} }
}
