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
}
