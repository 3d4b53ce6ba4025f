import ChildProcesses
import FlxCore
import FlxTesting
import Foundation
import Testing

@testable import FlxSQLite

/// One writer for one file, whatever its names are and become.
@Suite struct LockTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func refusal(_ path: String) async -> FlxError? {
        do {
            try await SQLiteEventStore.open(.init(path: path)).close()
            return nil
        } catch {
            return error
        }
    }

    private func append(_ store: SQLiteEventStore, _ count: Int = 1) async throws {
        for _ in 0..<count { try await store.append([Event(type: "order.placed", tags: ["order:1"])], to: "order-1") }
    }

    private func makeStore() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { try await append($0) }
    }

    private func link(_ name: String, _ make: (String, String) throws -> Void) rethrows -> String {
        try make(folder.store, folder.file(name))
        return folder.file(name)
    }

    @Test func `an opening waits for the lock as long as it may`() async throws {
        let (clock, folder) = (ManualClock(), folder)
        let old = try await SQLiteEventStore.open(.init(path: folder.store))
        let waiting = Task { try await SQLiteEventStore.open(.init(path: folder.store), waitingForLock: .seconds(5), clock: clock) }
        try await clock.sleepers(reach: 1)
        clock.advance(by: .seconds(1))
        try await clock.sleepers(reach: 1)
        try await append(old)
        await old.close()
        clock.advance(by: .seconds(1))
        let new = try await waiting.value
        #expect(try await new.lastPosition() == 1)
        let late = Task { try await SQLiteEventStore.open(.init(path: folder.store), waitingForLock: .seconds(5), clock: clock) }
        try await clock.sleepers(reach: 1)
        clock.advance(by: .seconds(6))
        let error = await #expect(throws: FlxError.self) { try await late.value }
        #expect(error?.code == .locked)
        await new.close()
    }

    @Test func `a second name is refused, before and while the store is open`() async throws {
        try await makeStore()
        let other = try link("two.db") { try FileManager.default.linkItem(atPath: $0, toPath: $1) }
        for path in [folder.store, other] {
            let error = await refusal(path)
            #expect(error?.code == .invalidValue && error?.message.contains("2 names") == true, "\(path): \(String(describing: error))")
        }
        try FileManager.default.removeItem(atPath: other)
        let child = try ChildProcess(FaultProgram.path, ["write", folder.store, "1", "full"])
        _ = try await child.firstWords()
        _ = try link("three.db") { try FileManager.default.linkItem(atPath: $0, toPath: $1) }
        let error = await refusal(folder.file("three.db"))
        #expect(error?.code == .locked && error?.message.contains("process \(child.id)") == true, "\(String(describing: error))")
    }

    @Test func `a file that is renamed under its writer has no second one, and the writer stops`() async throws {
        let child = try ChildProcess(FaultProgram.path, ["write", folder.store, "1", "full"])
        _ = try await child.firstWords()
        try FileManager.default.moveItem(atPath: folder.store, toPath: folder.file("moved.db"))
        #expect(await refusal(folder.file("moved.db"))?.code != nil)
        let ending = try await child.end()
        #expect(ending.status == 3 && ending.output.contains("failed: locked"), "\(ending)")
    }

    @Test(arguments: [true, false]) func `a file that is moved takes along what was acknowledged`(_ isTriedAgain: Bool) async throws {
        let moved = folder.file("moved.db")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            try FileManager.default.moveItem(atPath: folder.store, toPath: moved)
            if isTriedAgain { await #expect(throws: FlxError.self) { try await append(store) } }
        }
        #expect(try await SQLiteEventStore.verify(backup: moved).events == 1)
    }

    @Test func `a write is not acknowledged once the file has lost its name, also when that happens within it`() async throws {
        let event = Event(type: "order.placed")
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            let (path, moved) = (folder.store, folder.file("moved.db"))
            let error = await #expect(throws: FlxError.self) {
                try await store.writer?.perform { log, time throws(FlxError) in
                    _ = try log.append(PreparedAppend([StreamWrite([event], to: "order-1")], unless: nil), at: time)
                    #expect(rename(path, moved) == 0)
                }
            }
            #expect(error?.code == .locked && error?.isOutcomeUnknown == true && error?.message.contains("unknown") == true)
            // The file has it, wherever it is.
            let found = try await withSQLiteEventStore(.readOnly(path: moved)) { try await $0.event(event.id) }
            #expect(found != nil)
            #expect(rename(moved, path) == 0)
            #expect(try await store.append([event], to: "order-1").places.map(\.isNew) == [false])
        }
        #expect(try await SQLiteEventStore.verify(backup: folder.store).faults.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a store whose file was replaced makes no backup of the other one, and nobody waits for it`(_ isWriter: Bool) async throws {
        try await makeStore()
        let configuration = isWriter ? SQLiteConfiguration(path: folder.store) : .readOnly(path: folder.store)
        try await withSQLiteEventStore(configuration) { store in
            try FileManager.default.moveItem(atPath: folder.store, toPath: folder.file("moved.db"))
            try FileManager.default.copyItem(atPath: folder.file("moved.db"), toPath: folder.store)
            let error = await #expect(throws: FlxError.self) { try await store.backup(to: folder.file("backup.db")) }
            #expect(error?.code == .locked && error?.message.contains("was moved, replaced or removed") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.file("backup.db")))
            guard !isWriter else { return }
            let late = await #expect(throws: FlxError.self) { try await store.wait(after: 1) }
            #expect(late?.code == .locked)
        }
    }

    @Test func `a writer whose file was replaced says so, and goes on when the file is back`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            for suffix in ["", "-wal"] {
                let (path, aside) = (folder.store + suffix, folder.file("aside"))
                try FileManager.default.moveItem(atPath: path, toPath: aside)
                try Data().write(to: URL(fileURLWithPath: path))
                let error = await #expect(throws: FlxError.self) { try await append(store) }
                #expect(error?.code == .locked && error?.message.contains(path + " was moved, replaced or removed") == true)
                // Another store must not take the place with the log of the first.
                #expect(await refusal(folder.store)?.code != nil)
                _ = rename(aside, path)
                try await append(store)
            }
            let last = try await store.lastPosition()
            #expect(last == 3)
            // The writer waits for other programs no longer than before.
            let patience = try await store.writer?.perform { log, _ throws(FlxError) in try log.handle.number("PRAGMA busy_timeout") }
            #expect(patience == Int64(Writer.turn))
        }
        #expect(try await SQLiteEventStore.verify(backup: folder.store).faults.isEmpty)
    }

    @Test func `a link to nothing is refused, and one to a store leads to its lock`() async throws {
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.db"), withDestinationPath: folder.store)
        let error = await refusal(folder.file("link.db"))
        #expect(error?.code == .notFound && error?.message.contains("symbolic link") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["link.db"])
        try await withSQLiteEventStore(.init(path: folder.store)) { _ in
            #expect(await refusal(folder.file("link.db"))?.code == .locked)
        }
    }

    @Test func `no file beside the store is the lock, and files of others stay as they are`() async throws {
        let victim = folder.file("victim.txt")
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        try FileManager.default.createSymbolicLink(atPath: folder.store + ".lock", withDestinationPath: victim)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            try FileManager.default.removeItem(atPath: folder.store + ".lock")
            #expect(await refusal(folder.store)?.code == .locked)
        }
        #expect(FileManager.default.contents(atPath: victim) == Data("precious".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["events.db", "victim.txt"])
    }

    @Test func `another program's writes are seen, and numbers go on behind them`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store, 2)
            #expect(Database(folder.store).run("""
                INSERT INTO events SELECT position + 1, stream, type, version + 1, time, recorded, 'other', checksum, envelope, payload
                FROM events WHERE position = 2
                """) == nil)
            let result = try await store.append([Event(type: "order.placed")], to: "order-1")
            #expect(result.places.map(\.position) == [4] && result.places.map(\.version) == [4])
        }
    }

    @Test func `a trigger that another program makes does not run`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            #expect(Database(folder.store).run("""
                CREATE TABLE seen(position);
                CREATE TRIGGER spy AFTER INSERT ON events BEGIN INSERT INTO seen VALUES(new.position); END;
                """) == nil)
            let error = await #expect(throws: FlxError.self) { try await append(store) }
            #expect(error?.code == .corrupt && error?.message.contains("'spy'") == true)
            #expect(Database(folder.store).run("DROP TRIGGER spy") == nil)
            try await append(store)
        }
        #expect(Database(folder.store).number("SELECT count(*) FROM seen") == 0)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/locks")))
    func `a refused second opening does not take SQLite's locks away`() async throws {
        func locks() throws -> Int {
            var status = stat()
            #expect(stat(folder.store, &status) == 0)
            // The system omits a lock where an earlier one ends while the list is read.
            return try (1...10).map { _ in
                let list = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/locks"))
                let lines = String(decoding: try list.readToEnd() ?? Data(), as: UTF8.self)
                return lines.split(separator: "\n").count { $0.contains("POSIX") && $0.contains(":\(status.st_ino) ") }
            }.max() ?? 0
        }
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            let before = try locks()
            #expect(before > 0)
            #expect(await refusal(folder.store)?.code == .locked)
            _ = try await SQLiteEventStore.verify(backup: folder.store)
            // Locks that were taken away do not come back; those that the list omits do.
            var after = try locks()
            for _ in 0..<200 where after != before {
                try await Task.sleep(nanoseconds: 10_000_000)
                after = try locks()
            }
            #expect(after == before)
        }
        // A reader's locks outlive a writer of the same process.
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { reader in
            #expect(try await reader.lastPosition() == 1)
            let before = try locks()
            try await withSQLiteEventStore(.init(path: folder.store)) { try await append($0) }
            #expect(try locks() >= before && before > 0)
        }
    }

    @Test func `the system's list of locks is read`() throws {
        var status = stat()
        status.st_ino = 131_137
        status.st_dev = 0xFE01
        let file = FileIdentity(status)
        for (line, process) in [
            ("1: FLOCK  ADVISORY  WRITE 1234 fe:01:131137 0 EOF", 1_234), ("1: FLOCK  ADVISORY  READ 1234 fe:01:131137 0 EOF", nil),
            ("1: POSIX  ADVISORY  WRITE 1234 fe:01:131137 0 EOF", nil), ("1: FLOCK  ADVISORY  WRITE 1234 fe:02:131137 0 EOF", nil),
            ("1: FLOCK  ADVISORY  WRITE 1234 fe:01:131138 0 EOF", nil), ("1: FLOCK  ADVISORY  WRITE 0 fe:01:131137 0 EOF", nil), ("", nil),
        ] as [(String, Int32?)] {
            #expect(LockHolder.process(line, file) == process, "\(line)")
        }
    }

    @Test func `descriptors do not pile up, however often an open store is looked at, copied or refused`() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await append(store)
            func open() throws -> Int {
                let path = folder.store
                return try FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count { number in
                    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/dev/fd/\(number)")) == path
                }
            }
            func look() async throws {
                #expect(await refusal(folder.store)?.code == .locked)
                try await SQLiteEventStore.open(.readOnly(path: folder.store)).close()
                _ = try await store.backup(to: folder.file("backup"))
            }
            try await look()
            let before = try open()
            for _ in 1...4 { try await look() }
            #expect(try open() <= before)
        }
    }
}
