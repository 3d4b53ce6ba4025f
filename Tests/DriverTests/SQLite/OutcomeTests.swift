import ChildProcesses
import FlxCore
import FlxEvents
@testable import FlxSQLite
import FlxTesting
import Testing

/// What is told of a write that failed; the rule `errors.outcome` holds it against what a crash leaves.
@Suite struct OutcomeTests {
    let folder: Folder

    init() throws { folder = try Folder() }

    private func failure(_ store: SQLiteEventStore, _ plan: [FailingDisk.Failure], _ events: [Event]) async throws -> FlxError? {
        FailingDisk.plan(plan, for: store)
        return await #expect(throws: FlxError.self) { try await store.append(events, to: "s") }
    }

    @Test func aFailedFlushThatCanBeOverwrittenKeptNothing() async throws {
        #expect(FailingDisk.isInstalled)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let event = Event(type: "t")
            let error = try await failure(store, [.flush], [event])
            #expect(error?.code == .io && error?.isOutcomeUnknown == false)
            #expect(FailingDisk.isDone(store))
            try await withSQLiteEventStore(.init(path: try FailingDisk.copy(folder.store))) { crashed in
                let last = try await crashed.lastPosition()
                #expect(last == .start)
            }
            #expect(try await store.append([event], to: "s").places[0].isNew)
        }
    }

    @Test func whatCannotBeOverwrittenIsUnknownAndNothingElseIsWrittenBefore() async throws {
        #expect(FailingDisk.isInstalled)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let event = Event(type: "t")
            let error = try await failure(store, [.flush, .write], [event])
            #expect(error?.code == .io && error?.isOutcomeUnknown == true)
            // It is unknown in truth: a process that is killed now leaves it behind.
            try await withSQLiteEventStore(.init(path: try FailingDisk.copy(folder.store))) { crashed in
                let found = try await crashed.event(event.id)
                #expect(found != nil)
            }
            let other = Event(type: "other")
            let next = try await failure(store, [.write], [other])
            #expect(next?.isOutcomeUnknown == false)
            try await withSQLiteEventStore(.init(path: try FailingDisk.copy(folder.store))) { crashed in
                let found = try await crashed.event(other.id)
                #expect(found == nil)
            }
            try await store.append([event, other], to: "s", expecting: .noStream)
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
    }

    @Test(arguments: [SQLiteConfiguration.Durability.full, .relaxed])
    func whatWasOverwrittenIsGoneAfterALossOfPowerToo(_ durability: SQLiteConfiguration.Durability) async throws {
        #expect(FailingDisk.isInstalled)
        var configuration = SQLiteConfiguration(path: folder.store)
        configuration.durability = durability
        try await withSQLiteEventStore(configuration) { store in
            // The second is the flush of what overwrites the write that failed.
            let error = try await failure(store, [.write, .passing], [Event(type: "t")])
            #expect(error?.code == .io && error?.isOutcomeUnknown == false)
            #expect(FailingDisk.isDone(store))
            let level = try await store.writer?.perform { log, _ throws(FlxError) in try log.handle.number("PRAGMA synchronous") }
            #expect(level == (durability == .full ? 2 : 1))
        }
    }

    @Test func aChangeThatFailsLeavesRecordsOfBothLifetimesAsTheyWere() async throws {
        #expect(FailingDisk.isInstalled)
        let keys = [StateSpace("s"), StateSpace("s", .volatile)].map { StateKey("k", in: $0) }
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            try await store.commit(StoreChange(keys.map { .put(StateRecord($0, number: 1)) }))
            var before = try await store.state(keys)
            for failures: [FailingDisk.Failure] in [[.space], [.flush], [.write], [.flush, .write], [.space]] {
                FailingDisk.plan(failures, for: store)
                let edits = keys.map { StateEdit.removeAll($0.space) } + keys.map { .put(StateRecord($0, number: 2)) }
                await #expect(throws: FlxError.self) { try await store.commit(StoreChange(edits)) }
                #expect(try await store.state(keys) == before)
                try await store.commit(StoreChange(keys.map { .put(StateRecord($0, number: 1)) }))
                let after = try await store.state(keys)
                #expect(zip(before, after).allSatisfy { $0?.revision ?? 0 < $1?.revision ?? 0 })
                before = after
            }
            #expect(try await store.verify { _, _ in }.faults.isEmpty)
        }
    }

    @Test func aFullDiskKeepsNothingAndTheStoreWorksOnceThereIsSpace() async throws {
        #expect(FailingDisk.isInstalled)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            for _ in 0..<3 {
                let error = try await failure(store, [.space], [Event(type: "t")])
                #expect(error?.code == .storageFull && error?.isOutcomeUnknown == false)
            }
            try await store.append([Event(type: "t")], to: "s", expecting: .noStream)
        }
    }

    @Test func aSweepThatFailsIsNoFailureOfWhatWasCommitted() async throws {
        #expect(FailingDisk.isInstalled)
        try await withSQLiteEventStore(.init(path: folder.store)) { store in
            let first = try await store.beginGeneration(of: "v", version: 1).id
            let put = ViewStep.Change.put(ViewDocument(key: "k", body: [1]))
            try await store.commit(ViewStep(of: first, after: .start, through: 1, changes: [put]))
            let second = try await store.beginGeneration(of: "v", version: 2).id
            try await store.commit(ViewStep(of: second, after: .start, through: 1, changes: [put]))
            _ = try await store.holdForSwitch(to: second)
            FailingDisk.plan([.passing, .space], for: store)
            try await store.switchView(to: second)
            try await eventually { FailingDisk.isDone(store) }
            #expect(try await store.generations(of: "v").map(\.id) == [second])
            try await store.dropGeneration(second)
            #expect(try await store.generations(of: "v").isEmpty)
        }
    }

    @Test func limitsThatSQLiteCannotHoldAreRefused() async throws {
        func expectRefused(_ change: (inout StoreLimits) -> Void, _ field: String) async {
            var configuration = SQLiteConfiguration(path: folder.store)
            change(&configuration.limits)
            let checked = configuration
            let error = await #expect(throws: FlxError.self) { _ = try await SQLiteEventStore.open(checked) }
            #expect(error?.code == .invalidValue && error?.message.contains(field) == true)
        }
        await expectRefused({ $0.eventBytes = 1_000_000_000 }, "eventBytes")
        await expectRefused({ $0.eventBytes = 0 }, "eventBytes")
        await expectRefused({ $0.appendEvents = .max }, "appendEvents")
        await expectRefused({ $0.pageBytes = -1 }, "pageBytes")
        await expectRefused({ $0.boundaryTerms = 0 }, "boundaryTerms")
    }
}
