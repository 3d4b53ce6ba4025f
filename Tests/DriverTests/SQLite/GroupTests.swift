import FlxCore
import FlxEvents
import FlxSQLite
import Testing

/// Callers that share a transaction each succeed or fail by themselves.
@Suite struct GroupTests {
    let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test func refusalsInAGroupTouchNobodyElse() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let known = Event(type: "order.placed")
            try await store.append([known], to: "known")
            let codes = await withTaskGroup(of: (Int, FlxError.Code?).self) { group in
                for number in 0..<400 {
                    group.addTask { (number, await Self.append(number, known: known, to: store)) }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<400 {
                let expected: FlxError.Code? = [nil, .versionConflict, .idConflict, .boundaryConflict, nil][number % 5]
                #expect(codes[number] == expected, "call \(number)")
            }
            #expect(try await store.lastPosition() == 161)
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
    }

    /// One call of five kinds; the second to fourth kind must be refused.
    private static func append(_ number: Int, known: Event, to store: SQLiteEventStore) async -> FlxError.Code? {
        do {
            let fresh = Event(type: "order.placed")
            switch number % 5 {
            case 1: try await store.append([fresh], to: "known", expecting: .noStream)
            case 2:
                var changed = known
                changed.userID = "u-\(number)"
                try await store.append([fresh, changed], to: "known")
            case 3: try await store.append([fresh], to: StreamName("new-\(number)"), unless: Boundary(.all, after: .start))
            default: try await store.append([fresh], to: StreamName("good-\(number)"), expecting: .noStream)
            }
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [SQLiteConfiguration.Durability.full, .relaxed])
    func exactlyOneOfManyWinsEachVersion(_ durability: SQLiteConfiguration.Durability) async throws {
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.durability = durability
        try await withSQLiteEventStore(configuration) { store in
            for version in 0..<20 {
                let wins = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<16 {
                        group.addTask {
                            let expected = ExpectedVersion.exactly(Version(integerLiteral: Int64(version)))
                            return (try? await store.append([Event(type: "order.placed")], to: "order-1", expecting: expected)) != nil
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(wins == 1, "version \(version)")
            }
            let last = try await store.lastPosition()
            #expect(last == 20)
        }
    }

    @Test func checkpointsAreKeptAmongAppends() async throws {
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...100 {
                    group.addTask {
                        try await store.append([Event(type: "order.placed")], to: "order-1")
                        try await store.setCheckpoint("view-\(number % 10)", to: Position(integerLiteral: Int64(number % 10)))
                    }
                }
                try await group.waitForAll()
            }
            try await store.setCheckpoint("view-3", to: nil)
        }
        try await withSQLiteEventStore(.readOnly(path: folder.store)) { store in
            let (kept, forgotten) = (try await store.checkpoint("view-7"), try await store.checkpoint("view-3"))
            #expect(kept == 7 && forgotten == nil)
        }
    }
}
