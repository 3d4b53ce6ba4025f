import FlxCore
import FlxEvents
import Foundation
import Synchronization
import Testing

@testable import FlxSQLite

/// Long work ends with its task, with nothing made.
@Suite struct CancellationTests {
    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private func file(_ name: String) -> String { bench.folder.file(name) }

    /// Does work in a task that is cancelled.
    private func cancelled(_ work: @escaping @Sendable () async throws -> Void) async -> FlxError.Code? {
        await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failureCode(work)
        }.value
    }

    @Test func `a verification ends, of a store, a file and an archive`() async throws {
        try await bench.fill(40)
        let (file, archive) = (file("backup"), file("archive"))
        try await withSQLiteEventStore(bench.configuration) { store in
            _ = try await store.backup(to: file)
            _ = try await store.archive(into: archive)
            #expect(await cancelled { _ = try await store.verify { _, _ in } } == .cancelled)
            #expect(await cancelled { _ = try await store.prove { _ in } } == .cancelled)
        }
        for backup in [file, archive] {
            #expect(await cancelled { _ = try await SQLiteEventStore.verify(backup: backup) } == .cancelled, "\(backup)")
        }
        let memory = MemoryEventStore()
        try await memory.append([Event(type: "t")], to: "s")
        #expect(await cancelled { _ = try await memory.verify { _, _ in } } == .cancelled)
    }

    @Test func `a verification ends in its last step too, which looks at the whole file`() async throws {
        try await bench.fill(40)
        try await withSQLiteEventStore(bench.configuration) { store in
            let code = await Task {
                await failureCode {
                    _ = try await store.verify { done, total in
                        if done == total { withUnsafeCurrentTask { $0?.cancel() } }
                    }
                }
            }.value
            #expect(code == .cancelled)
            let faults = try await store.verify { _, _ in }.faults
            #expect(faults.isEmpty)
        }
    }

    @Test func `a backup leaves the earlier one, and a restore makes no store`() async throws {
        try await bench.fill(40)
        let (copy, new) = (file("backup"), file("new.db"))
        try await withSQLiteEventStore(bench.configuration) { store in
            _ = try await store.backup(to: copy)
            let before = FileManager.default.contents(atPath: copy)
            try await store.append([Event(type: "later")], to: "s")
            #expect(await cancelled { _ = try await store.backup(to: copy) } == .cancelled)
            #expect(FileManager.default.contents(atPath: copy) == before)
        }
        #expect(await cancelled { _ = try await SQLiteEventStore.restore(copy, to: new) } == .cancelled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).allSatisfy { !$0.hasPrefix("new") })
    }

    @Test func `the restore of an archive ends between two batches`() async throws {
        let (archive, new) = (file("archive"), file("new.db"))
        try await withSQLiteEventStore(bench.configuration) { store in
            for _ in 0..<6 { try await store.append((0..<1_000).map { _ in Event(type: "t") }, to: "s") }
            _ = try await store.archive(into: archive)
        }
        let told = ProgressBox()
        #expect(await cancelled {
            _ = try await SQLiteEventStore.restore(archive, to: new) { told.note($0.done, $0.total) }
        } == .cancelled)
        #expect(told.total == 0)
        #expect(!FileManager.default.fileExists(atPath: new))
        // A verification looks up within a part, too.
        let places = Mutex<[Int64]>([])
        _ = try await SQLiteEventStore.verify(backup: archive) { state in places.withLock { $0.append(state.done) } }
        #expect(places.withLock { $0 } == [5_000, 6_000])
    }

    @Test func `a repair changes nothing`() async throws {
        try await bench.fill(40)
        let path = bench.folder.store
        try await withSQLiteEventStore(bench.configuration) { try await $0.setCheckpoint("ahead", to: 100_000) }
        #expect(await cancelled { _ = try await SQLiteEventStore.repair(path) } == .cancelled)
        #expect(Database(path).number("SELECT number FROM state_records WHERE name = 'ahead'") == 100_000)
        #expect(try await SQLiteEventStore.repair(path).mended.count == 1)
    }

    /// Does work in a task that is cancelled by what is told of its progress.
    private func cancelled(
        when isTime: @escaping @Sendable (BackupProgress) -> Bool,
        _ work: @escaping @Sendable (@escaping @Sendable (BackupProgress) -> Void) async throws -> Void
    ) async -> FlxError? {
        let running = Mutex<Task<FlxError?, Never>?>(nil)
        let task = Task {
            while running.withLock({ $0 == nil }) { await Task.yield() }
            do {
                try await work { progress in
                    if isTime(progress) { running.withLock { $0?.cancel() } }
                }
                return nil as FlxError?
            } catch {
                return error as? FlxError
            }
        }
        running.withLock { $0 = task }
        return await task.value
    }

    @Test func `the cut of a copy ends, too`() async throws {
        try await bench.fill(40)
        let (copy, new) = (file("backup"), file("new.db"))
        _ = try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: copy) }
        let error = await cancelled(when: { $0.stage == .copy && $0.done == $0.total }) { tell in
            _ = try await SQLiteEventStore.restore(copy, to: new, upTo: .position(5), progress: tell)
        }
        #expect(error?.code == .cancelled && error?.message.hasPrefix("restore:") == true, "\(String(describing: error))")
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).allSatisfy { !$0.hasPrefix("new") })
    }

    @Test func `a repair changes nothing if it is cancelled in its last step`() async throws {
        try await bench.fill(40)
        let path = bench.folder.store
        try await withSQLiteEventStore(bench.configuration) { try await $0.setCheckpoint("ahead", to: 100_000) }
        let error = await cancelled(when: { $0.stage == .verify && $0.done == $0.total }) { tell in
            _ = try await SQLiteEventStore.repair(path, progress: tell)
        }
        #expect(error?.code == .cancelled)
        #expect(Database(path).number("SELECT number FROM state_records WHERE name = 'ahead'") == 100_000)
    }

    @Test func `a cancellation between two statements is not lost`() async throws {
        try await bench.fill(4)
        let cancellation = Cancellation()
        try Connection.with(bench.folder.store, isReadOnly: true) { handle throws(FlxError) in
            let error = #expect(throws: FlxError.self) {
                try cancellation.interrupting(handle, "look") { () throws(FlxError) in
                    _ = try handle.number("SELECT 1")
                    cancellation.request()
                }
            }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func `a verification asks between its statements whether to go on`() async throws {
        try await bench.fill(4)
        try Connection.with(bench.folder.store, isReadOnly: true) { handle throws(FlxError) in
            let (reader, difference) = (try Reader(handle), try Migrations(steps: Schema.migrations).difference(handle))
            for last in 1...5 {
                var asked = 0
                let error = #expect(throws: FlxError.self) {
                    _ = try reader.verifyTables(difference) { () throws(FlxError) in
                        asked += 1
                        if asked == last { throw FlxError(.cancelled, "enough") }
                    }
                }
                #expect(error?.code == .cancelled && asked == last)
            }
        }
    }
}
