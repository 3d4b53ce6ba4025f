import FlxCore
import FlxEvents
@testable import FlxSQLite
import GRDBSQLite
import Synchronization
import Testing

/// The cost of the last page of a list, which must not grow with the pages before it.
@Suite struct PagingTests {
    private static let count = 4_000
    /// More than a page of three rows takes, and far less than to pass over the rows before it.
    private static let mostTicks = 60

    private let folder: Folder
    private let space = StateSpace("documents")

    init() throws { folder = try Folder() }

    /// Calls a body with a store that has many of everything, and with what counts the steps of SQLite in a read.
    private func withFullStore(_ body: (SQLiteEventStore, Ticks) async throws -> Void) async throws {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.readers = 1
        try await withSQLiteEventStore(configuration) { store in
            let names = (0..<Self.count).map { "p\(10_000 + $0)" }
            _ = try await store.append(try names.map { StreamWrite([Event(type: "t")], to: try StreamName($0)) }, unless: nil)
            try await store.commit(StoreChange(names.enumerated().map { number, name in
                .put(StateRecord(
                    StateKey(name, in: space), entries: [StateEntry("all", "same"), StateEntry("each", Int64(number))]))
            }))
            let view = try await store.beginGeneration(of: "v", version: 1)
            let documents = names.map { ViewStep.Change.put(ViewDocument(key: $0, body: [], entries: [ViewEntry("all", "same")])) }
            try await store.commit(ViewStep(of: view.id, after: .start, through: 1, handled: 1, changes: documents))
            let ticks = Ticks()
            try await store.readers.read { reader throws(FlxError) in ticks.watch(reader.handle.pointer) }
            try await body(store, ticks)
            try await store.readers.read { reader throws(FlxError) in ticks.end(reader.handle.pointer) }
        }
    }

    @Test func `the last page of a list costs no more than the first one`() async throws {
        try await withFullStore { store, ticks in
            let last = "p\(10_000 + Self.count - 4)"
            func expectCheap(_ what: String, _ names: [String], _ read: () async throws -> [String]) async throws {
                ticks.reset()
                let found = try await read()
                #expect(found == names, "\(what)")
                #expect(ticks.count < Self.mostTicks, "\(what): \(ticks.count)")
            }
            let rest = (1...3).map { "p\(10_000 + Self.count - 4 + $0)" }
            let early = ["p10002", "p10001", "p10000"]
            for prefix in ["", "p1"] {
                try await expectCheap("streams", rest) {
                    try await store.streams(prefix: prefix, after: StreamName(last), limit: 10).map(\.name.description)
                }
                try await expectCheap("streams from a prefix", []) {
                    try await store.streams(prefix: "q", after: "a", limit: 10).map(\.name.description)
                }
                for isReversed in [false, true] {
                    var query = StateQuery(space, prefix: prefix, after: .init(name: isReversed ? "p10003" : last), limit: 10)
                    query.isReversed = isReversed
                    try await expectCheap("records by name", isReversed ? early : rest) {
                        try await store.state(query).records.map(\.key.name)
                    }
                }
            }
            let bounds: [(from: StateEntry.Value?, through: StateEntry.Value?)] = [
                (nil, nil), (.number(0), .number(10_000)), (.number(1), nil), (nil, .number(10_000)),
            ]
            for (from, through) in bounds {
                for isReversed in [false, true] {
                    let value = Int64(isReversed ? 4 : Self.count - 4)
                    let after = StateQuery.Cursor(value: .number(value), name: isReversed ? "p10004" : last)
                    var query = StateQuery(space, by: .init("each", from: from, through: through), after: after, limit: 3)
                    query.isReversed = isReversed
                    try await expectCheap("records by value", isReversed ? ["p10003", "p10002", "p10001"] : rest) {
                        try await store.state(query).records.map(\.key.name)
                    }
                }
            }
            for range in [StateQuery.Range("all"), .init("all", from: .text("same"), through: .text("same"))] {
                for isReversed in [false, true] {
                    let after = StateQuery.Cursor(value: .text("same"), name: isReversed ? "p10003" : last)
                    var query = StateQuery(space, by: range, after: after, limit: 10)
                    query.isReversed = isReversed
                    try await expectCheap("records of one value", isReversed ? early : rest) {
                        try await store.state(query).records.map(\.key.name)
                    }
                }
            }
            let query = ViewQuery.index("all", after: .init(value: .text("same"), key: last), limit: 10)
            try await expectCheap("documents of one value", rest) {
                try await store.documents(query, of: .view("v")).documents.map(\.key)
            }
        }
    }
}

extension PagingTests {
    @Test(arguments: [nil, 5] as [Int64?])
    func `a view costs no more where there are many`(switchPosition: Int64?) async throws {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.readers = 1
        try await withSQLiteEventStore(configuration) { store in
            for part in 0..<2 as Range<Int64> {
                try await store.write((1...1_000).map { ViewHead(part * 1_000 + $0, of: "v", .building, switchPosition: switchPosition) })
            }
            let ticks = Ticks()
            let faults = try await store.readers.read { reader throws(FlxError) in
                ticks.watch(reader.handle.pointer)
                defer { ticks.end(reader.handle.pointer) }
                return try ViewFaults(reader.handle, damagedSpaces: []).damaged
            }
            #expect(faults.count == 1 && faults[0].removal.count < 10 * 2_000)
            #expect(ticks.count < 10 * 2_000, "\(ticks.count)")
        }
    }
}

/// Counts the steps of SQLite on a connection, in tens.
private final class Ticks: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }
    func reset() { number.store(0, ordering: .relaxed) }

    func watch(_ connection: OpaquePointer) {
        sqlite3_progress_handler(connection, 10, { ticks in
            if let ticks { Unmanaged<Ticks>.fromOpaque(ticks).takeUnretainedValue().number.add(1, ordering: .relaxed) }
            return 0
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    func end(_ connection: OpaquePointer) { sqlite3_progress_handler(connection, 0, nil, nil) }
}
