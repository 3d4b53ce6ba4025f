import ChildProcesses
import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// What SQLite keeps beside a file belongs to its name: nothing of another file is mixed into a store, and none is lost.
@Suite struct SidecarTests {
    enum Deed: CaseIterable {
        case backup, restore, restoreAt, restoreArchive, open
    }

    let bench: BackupBench

    init() throws {
        bench = try BackupBench()
    }

    private var target: String { bench.folder.file("target.db") }

    private func prepare() async throws {
        try await bench.fill(20)
        try await withSQLiteEventStore(bench.configuration) { store in
            _ = try await store.backup(to: bench.folder.file("copy.db"))
            _ = try await store.archive(into: bench.folder.file("archive"))
        }
    }

    private func run(_ deed: Deed, at place: String? = nil) async throws {
        let target = place ?? target
        switch deed {
        case .backup: _ = try await withSQLiteEventStore(bench.configuration) { try await $0.backup(to: target) }
        case .restore: _ = try await SQLiteEventStore.restore(bench.folder.file("copy.db"), to: target)
        case .restoreAt: _ = try await SQLiteEventStore.restore(bench.folder.file("copy.db"), to: target, upTo: .position(3))
        case .restoreArchive: _ = try await SQLiteEventStore.restore(bench.folder.file("archive"), to: target)
        case .open: try await SQLiteEventStore.open(.init(path: target)).close()
        }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).filter { $0.hasPrefix("target") }.sorted()
    }

    @Test(arguments: Deed.allCases, ["-wal", "-journal"])
    func `one with content is refused and left alone`(_ deed: Deed, _ suffix: String) async throws {
        try await prepare()
        let content = Data("of another file".utf8)
        try content.write(to: URL(fileURLWithPath: target + suffix))
        let error = await #expect(throws: FlxError.self) { try await run(deed) }
        #expect(error?.code == .invalidValue && error?.message.contains("target.db\(suffix) belongs to another file") == true)
        #expect(FileManager.default.contents(atPath: target + suffix) == content)
        #expect(try names() == ["target.db\(suffix)"])
    }

    @Test(arguments: Deed.allCases) func `no store is made in the place of another file's sidecar`(_ deed: Deed) async throws {
        try await prepare()
        let owner = bench.folder.file("owner.db")
        try Data("of anybody".utf8).write(to: URL(fileURLWithPath: owner))
        for suffix in Sidecars.suffixes {
            for isThere in [false, true] {
                if isThere { try Data().write(to: URL(fileURLWithPath: owner + suffix)) }
                let error = await #expect(throws: FlxError.self) { try await run(deed, at: owner + suffix) }
                #expect(error?.code == .invalidValue && error?.message.contains("keeps a part of") == true)
                #expect(FileSystem.size(owner + suffix) == (isThere ? 0 : nil))
            }
        }
        // Where there is no such file, the name is one as any other.
        try await run(deed, at: bench.folder.file("nobody-wal"))
    }

    @Test(arguments: Deed.allCases) func `a link in its place is refused, and so is a folder`(_ deed: Deed) async throws {
        try await prepare()
        try FileManager.default.createSymbolicLink(atPath: target + "-shm", withDestinationPath: bench.folder.file("copy.db"))
        await #expect(throws: FlxError.self) { try await run(deed) }
        try FileManager.default.removeItem(atPath: target + "-shm")
        try FileManager.default.createDirectory(atPath: target + "-wal", withIntermediateDirectories: false)
        await #expect(throws: FlxError.self) { try await run(deed) }
        #expect(try names() == ["target.db-wal"])
        #expect(try await BackupBench.log(bench.folder.file("copy.db")).count > 3)
    }

    @Test(arguments: Deed.allCases) func `empty ones that a reader left are no obstacle`(_ deed: Deed) async throws {
        try await prepare()
        try Data().write(to: URL(fileURLWithPath: target + "-wal"))
        try Data(count: 32_768).write(to: URL(fileURLWithPath: target + "-shm"))
        try await run(deed)
        #expect(try names() == ["target.db"])
        #expect(try await SQLiteEventStore.verify(backup: target).faults.isEmpty)
    }

    /// As a process leaves it that is killed before it has written the first page, with its journal flushed, in part, or not.
    @Test(arguments: [
        [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7], [0, 0, 0, 0, 0, 0, 0, 0], [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0, 0],
    ] as [[UInt8]])
    func `the journal of a file that was never finished is no obstacle`(_ mark: [UInt8]) async throws {
        try Data().write(to: URL(fileURLWithPath: target))
        var journal = Data(mark + [0, 0, 0, 0, 1, 2, 3, 4])
        journal.append(Data(count: 496))
        try journal.write(to: URL(fileURLWithPath: target + "-journal"))
        try await withSQLiteEventStore(.init(path: target)) { try await bench.fill($0, 1, seed: 7) }
        #expect(try await SQLiteEventStore.verify(backup: target).events > 0)
        // A database that had pages is another one.
        try FileManager.default.removeItem(atPath: target)
        journal[19] = 1
        try journal.write(to: URL(fileURLWithPath: target + "-journal"))
        await #expect(throws: FlxError.self) { try await run(.open) }
        #expect(FileManager.default.contents(atPath: target + "-journal") == journal)
    }

    @Test func `the log of a store that was killed does not get into a backup with its name`() async throws {
        let child = try ChildProcess(FaultProgram.path, ["write", target, "1", "full"])
        _ = try await child.firstWords()
        child.send(SIGKILL)
        try await child.end()
        try FileManager.default.removeItem(atPath: target)
        let size = FileSystem.size(target + "-wal")
        try await prepare()
        for deed in Deed.allCases { await #expect(throws: FlxError.self) { try await run(deed) } }
        #expect(FileSystem.size(target + "-wal") == size && size ?? 0 > 0)

        // Nor into one that was put there by hand.
        try FileManager.default.copyItem(atPath: bench.folder.file("copy.db"), toPath: target)
        for configuration in [SQLiteConfiguration(path: target), .readOnly(path: target)] {
            let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(configuration).close() }
            #expect(error?.code == .invalidValue && error?.message.contains("-wal belongs to another file") == true)
        }
        let error = await #expect(throws: FlxError.self) { try await SQLiteEventStore.repair(target) }
        #expect(error?.code == .invalidValue)
    }

    @Test func `reading leaves nothing behind`() async throws {
        try await prepare()
        _ = try await BackupBench.log(bench.folder.store)
        _ = try await SQLiteEventStore.verify(backup: bench.folder.store)
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted()
        #expect(names == ["archive", "copy.db", "events.db"])
        // Beside a writer the log stays.
        try await withSQLiteEventStore(bench.configuration) { store in
            _ = try await BackupBench.log(bench.folder.store)
            try await bench.fill(store, 1, seed: 3)
            #expect(FileSystem.size(bench.folder.store + "-wal") ?? 0 > 0)
        }
    }

    @Test func `a journal that is to be rolled back is named, and not read over`() async throws {
        try await prepare()
        let copy = bench.folder.file("copy.db")
        let before = try await BackupBench.log(copy)
        // A transaction of another program, as it is when that is killed in it.
        let database = Database(copy)
        #expect(database.run("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; DELETE FROM events WHERE position > 2") == nil)
        let (hot, journal) = (bench.folder.file("hot.db"), bench.folder.file("hot.db-journal"))
        try FileManager.default.copyItem(atPath: copy, toPath: hot)
        try FileManager.default.copyItem(atPath: copy + "-journal", toPath: journal)
        try #require(FileSystem.size(journal) ?? 0 > 0)
        #expect(database.run("ROLLBACK") == nil)
        let error = await #expect(throws: FlxError.self) { try await BackupBench.log(hot) }
        #expect(error?.code == .readOnly && error?.message.contains("flx repair --dry-run") == true, "\(String(describing: error))")
        #expect(error?.message.contains("immutable") == false)
        _ = try await SQLiteEventStore.repair(hot, isDryRun: true)
        #expect(try await BackupBench.log(hot) == before)
    }
}
