import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import Foundation
import Testing

@Suite struct OpeningTests {
    let folder: Folder
    private let newest = Schema.migrations.last?.version ?? 0

    init() throws {
        folder = try Folder()
    }

    /// The error of opening a store, which must fail.
    private func refusal(_ configuration: SQLiteConfiguration) async -> FlxError? {
        do {
            try await SQLiteEventStore.open(configuration).close()
            return nil
        } catch {
            return error
        }
    }

    private func demand(_ error: FlxError?, _ code: FlxError.Code, saying words: String...) {
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "no error")")
        for word in words { #expect(error?.message.contains(word) == true, "\(error?.message ?? "no error") does not say '\(word)'") }
    }

    /// Repaired to a text, its name is that of another folder, which is there as well.
    @Test func aFolderWhoseNameIsNoTextIsRefusedAndNotTakenForAnother() async throws {
        let named = Array((folder.path + "/caf").utf8).map { CChar(bitPattern: $0) } + [CChar(bitPattern: 0xE9), 0]
        #expect(mkdir(named, 0o755) == 0 && symlink(named, folder.file("link")) == 0)
        let similar = folder.file("caf\u{FFFD}")
        try FileManager.default.createDirectory(atPath: similar, withIntermediateDirectories: false)
        let path = folder.file("link/events.db")
        defer { for remove in [{ unlink(path) }, { unlink(self.folder.file("link")) }, { rmdir(named) }] { _ = remove() } }
        demand(await refusal(.init(path: path)), .invalidValue, saying: "no UTF-8", "rename it")
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        for configuration in [SQLiteConfiguration(path: path), .readOnly(path: path)] {
            demand(await refusal(configuration), .invalidValue, saying: "no UTF-8", "rename it")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: similar).isEmpty)
    }

    @Test func aSecondWriterIsRefusedWithTheNumberOfTheFirst() async throws {
        let child = try ChildProcess(FaultProgram.path, ["write", folder.store, "1", "full"])
        // The first append is acknowledged.
        _ = try await child.firstWords()
        demand(await refusal(.init(path: folder.store)), .locked, saying: "process \(child.id)", "reading only")
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let last = try await store.lastPosition()
            #expect(last > .start)
        }
        child.send(SIGKILL)
        try await child.end()
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let last = try await store.lastPosition()
            #expect(last > .start)
        }
    }

    @Test func theSameProcessIsRefusedToo() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { _ in
            demand(await refusal(.init(path: folder.store)), .locked, saying: "this process")
            try FileManager.default.createSymbolicLink(atPath: folder.file("link.db"), withDestinationPath: folder.store)
            demand(await refusal(.init(path: folder.file("link.db"))), .locked, saying: "this process")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.store + ".lock"))
        #expect(await refusal(.init(path: folder.store)) == nil)
    }

    @Test func aLockFileThatNobodyHoldsIsNoObstacle() async throws {
        try Data("1\n".utf8).write(to: URL(fileURLWithPath: folder.store + ".lock"))
        #expect(await refusal(.init(path: folder.store)) == nil)
    }

    @Test func pathsThatCannotBeAStoreAreRefused() async throws {
        demand(await refusal(.init(path: folder.path)), .invalidValue, saying: folder.path, "folder", "\(folder.path)/events.db")
        demand(await refusal(.init(path: "/dev/null")), .invalidValue, saying: "/dev/null is a device", "such as events.db")
        demand(await refusal(.init(path: folder.file("missing/events.db"))), .notFound, saying: "missing/events.db", "create")
        demand(await refusal(.readOnly(path: folder.store)), .notFound, saying: folder.store, "does not exist")
        demand(await refusal(""), .invalidValue, saying: "path")
        var many = SQLiteConfiguration(path: folder.store)
        many.readers = 65
        demand(await refusal(many), .invalidValue, saying: "readers", "64")
    }

    @Test func filesOfSomethingElseAreRefusedAndLeftAlone() async throws {
        let text = Data(String(repeating: "not a database, but a long enough text. ", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: folder.file("notes.txt")))
        demand(await refusal(.init(path: folder.file("notes.txt"))), .incompatibleFormat, saying: "not an event store")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("notes.txt"))) == text)

        Database(folder.file("other.db")).run("CREATE TABLE customers(name)")
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("other.db")))
        demand(await refusal(.init(path: folder.file("other.db"))), .incompatibleFormat, saying: "another program")
        demand(await refusal(.readOnly(path: folder.file("other.db"))), .incompatibleFormat, saying: "another program")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("other.db"))) == before)
    }

    @Test func aNewerFormatIsRefusedWithBothNumbers() async throws {
        try await SQLiteEventStore.open(.init(path: folder.store)).close()
        Database(folder.store).run("PRAGMA user_version = 70")
        demand(await refusal(.init(path: folder.store)), .incompatibleFormat, saying: "format 70", "up to \(newest)", "newer")
        demand(await refusal(.readOnly(path: folder.store)), .incompatibleFormat, saying: "format 70", "up to \(newest)")
    }

    @Test func anOlderFormatIsBroughtForwardByAWriter() async throws {
        let steps = Schema.migrations + [Migration(to: newest + 1, "CREATE TABLE extra(value)")]
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.append([Event(type: "order.placed")], to: "order-1")
        }
        await #expect { try await SQLiteEventStore.open(.readOnly(path: folder.store), migrations: steps) } throws: { error in
            (error as? FlxError)?.code == .incompatibleFormat && (error as? FlxError)?.message.contains("older format \(newest)") == true
        }
        let store = try await SQLiteEventStore.open(.init(path: folder.store), migrations: steps)
        #expect(try await store.lastPosition() == 1)
        await store.close()
        #expect(Database(folder.store).number("PRAGMA user_version") == newest + 1)
    }

    @Test func aStepThatFailsLeavesTheFormatBeforeIt() async throws {
        _ = try await withSQLiteEventStore(.init(path: folder.store)) { try await $0.lastPosition() }
        let steps = Schema.migrations + [Migration(to: newest + 1, "CREATE TABLE extra(value); CREATE TABLE extra(value)")]
        await #expect(throws: FlxError.self) { try await SQLiteEventStore.open(.init(path: folder.store), migrations: steps) }
        #expect(Database(folder.store).number("PRAGMA user_version") == newest)
        #expect(Database(folder.store).number("SELECT count(*) FROM sqlite_master WHERE name = 'extra'") == 0)
        #expect(await refusal(.init(path: folder.store)) == nil)
    }

    @Test func anEmptyFileBecomesAStore() async throws {
        try Data().write(to: URL(fileURLWithPath: folder.store))
        demand(await refusal(.readOnly(path: folder.store)), .incompatibleFormat, saying: "is empty")
        #expect(await refusal(.init(path: folder.store)) == nil)
    }

    @Test func aReadingStoreFollowsAnotherThatWritesAndRefusesToWriteItself() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { writer in
            try await writer.append([Event(type: "order.placed")], to: "order-1")
            try await withSQLiteEventStore(.readOnly(path: folder.store)) { reader in
                #expect(try await reader.lastPosition() == 1)
                async let woken: Void = reader.wait(after: 1)
                try await writer.append([Event(type: "order.paid")], to: "order-1")
                try await woken
                #expect(try await reader.read(.all, .forward, limit: 10).events.map(\.event.type) == ["order.placed", "order.paid"])
                await #expect { try await reader.append([Event(type: "order.sent")], to: "order-1") } throws: { error in
                    (error as? FlxError)?.code == .readOnly
                }
                await #expect { try await reader.setCheckpoint("view", to: 1) } throws: { ($0 as? FlxError)?.code == .readOnly }
            }
        }
    }
}
