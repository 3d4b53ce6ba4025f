import FlxCore
import FlxSQLite
import Foundation
import Testing

/// The write-ahead log stays small, whatever reads.
@Suite struct WriteAheadLogTests {
    let folder: Folder
    let configuration: SQLiteConfiguration

    init() throws {
        folder = try Folder()
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.checkpointPages = 50
        configuration.durability = .relaxed
        self.configuration = configuration
    }

    private var logBytes: Int { (try? FileManager.default.attributesOfItem(atPath: folder.store + "-wal")[.size] as? Int) ?? 0 }

    /// Four times the pages, and what the last transactions put on top.
    private let bound = 4 * 50 * 4_200 + 100_000

    private func append(_ count: Int, to store: SQLiteEventStore) async throws {
        for number in 0..<count {
            let payload = try Payload.binary(Array(repeating: 7, count: 3_000))
            try await store.append([Event(type: "order.placed", payload: payload, tags: [Tag("n:\(number % 50)")])], to: "order-1")
        }
    }

    @Test func staysBoundedWhileAReaderIsInTheMidstOfItsPages() async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await append(20, to: store)
            let page = try await store.read(.all, .forward, limit: 5)
            try await append(400, to: store)
            #expect(logBytes <= bound, "\(logBytes) bytes of log")
            #expect(try await store.read(.all, .forward(after: page.through), limit: 5).events.first?.position == 6)
        }
    }

    @Test func staysBoundedUnderReadersThatNeverRest() async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await append(20, to: store)
            let largest = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...4 {
                    group.addTask {
                        while try await store.lastPosition().value < 600 { _ = try await store.read(.all, .forward, limit: 100) }
                        return 0
                    }
                }
                group.addTask {
                    var largest = 0
                    for _ in 1...58 {
                        try await append(10, to: store)
                        largest = max(largest, logBytes)
                    }
                    return largest
                }
                return try await group.reduce(0, max)
            }
            // Where the machine is so busy that a page is read for longer than the writer waits, it tries again later.
            #expect(largest <= 3 * bound, "\(largest) bytes of log")
        }
    }

    @Test func aForeignTransactionThatIsHeldOpenDelaysTheBoundAndDoesNotStopAppends() async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await append(20, to: store)
            let other = Database(folder.store)
            other.run("BEGIN")
            #expect(other.number("SELECT count(*) FROM events") == 20)
            try await append(60, to: store)
            #expect(other.number("SELECT count(*) FROM events") == 20)
            #expect(try await store.lastPosition() == 80)
            other.run("COMMIT")
            try await append(200, to: store)
            #expect(logBytes <= bound, "\(logBytes) bytes of log after the reader went")
        }
    }

    @Test func isGoneAfterTheEnd() async throws {
        try await withSQLiteEventStore(configuration) { store in
            try await append(20, to: store)
            #expect(logBytes > 0)
        }
        #expect(logBytes == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.store + "-wal"))
    }

    /// Whoever copies or moves the file then takes all of it along.
    @Test func isEmptyAfterTheEndBesideAReaderAndGoneAfterThat() async throws {
        try await withSQLiteEventStore(configuration) { try await append(1, to: $0) }
        let reader = try await SQLiteEventStore.open(.readOnly(path: folder.store))
        try await withSQLiteEventStore(configuration) { try await append(20, to: $0) }
        #expect(logBytes == 0)
        #expect(try await reader.lastPosition() == 21)
        await reader.close()
        #expect(!FileManager.default.fileExists(atPath: folder.store + "-wal"))
    }

    @Test func isBoundedAcrossProcessesThatAreKilled() async throws {
        for _ in 1...12 {
            let image = folder.file("image.db")
            try await withSQLiteEventStore(configuration) { store in
                // Less than a look at the log takes, so that no process of them comes to one by what it writes itself.
                try await append(12, to: store)
                // The files as a kill leaves them.
                for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: folder.store + suffix, toPath: image + suffix) }
            }
            for suffix in ["", "-wal"] {
                try? FileManager.default.removeItem(atPath: folder.store + suffix)
                try FileManager.default.moveItem(atPath: image + suffix, toPath: folder.store + suffix)
            }
        }
        #expect(logBytes > 0 && logBytes <= bound, "\(logBytes) bytes of log")
        try await withSQLiteEventStore(configuration) { store in
            let last = try await store.lastPosition()
            #expect(last == 144)
        }
    }
}
