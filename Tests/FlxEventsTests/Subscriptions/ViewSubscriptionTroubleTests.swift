@testable import FlxEvents
import FlxTesting
import Logging
import MetricsTestKit
import ServiceLifecycleTestKit
import Synchronization
import Testing

/// The second version of the counts, which throws what it is told to.
private struct ThrowingCounts: DocumentView {
    typealias Document = StreamCounts.Document
    static let name = StreamCounts.name
    static let version = 2
    static let selection = StreamCounts.selection
    let error: FlxError
    var poison: ClosedRange<Position> = 3...3
    var seen = Seen<Position>()

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool {
        seen.add(recorded.position)
        if poison.contains(recorded.position) { throw error }
        counts["all", default: Document()].count += 1
        return true
    }
}

private struct LongNamedCounts: DocumentView {
    typealias Document = StreamCounts.Document
    static let name = String(repeating: "n", count: 232)

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool { false }
}

/// A view as a subscription, when something goes wrong.
@Suite struct ViewSubscriptionTroubleTests: ViewSubscriptionBench {
    let store = MemoryEventStore()
    let clock = ManualClock()

    private func dropView() async throws {
        for generation in try await store.generations(of: StreamCounts.name) { try await store.dropGeneration(generation.id) }
    }

    /// What a rebuild parks is counted and logged as any other parked event, and a view that cannot be built has a lag.
    @Test func whatARebuildParksIsTold() async throws {
        let (metrics, lines) = (TestMetrics(), Seen<String>())
        try await store.add(10, to: "s-a")
        try await ViewRunner(StreamCounts(), in: store).catchUp()
        let group = try SubscriptionGroup(
            store: store, sleep: clock, logger: Logger(label: "test") { _ in LineHandler(lines: lines) }, metrics: metrics
        ) {
            Subscription(view: DoubleCounts(poison: 7), onFailure: .park)
        }
        let handler = (ObservedNames.handler, "view-stream-counts")
        try await run(group) { try await passing { try await all() == 18 } }
        #expect(try metrics.expectCounter(ObservedNames.subscriptionParked, [handler]).totalValue == 1)
        #expect(lines.values.count { $0.contains("event parked") && $0.contains("tick") } == 1)
    }

    @Test func aViewThatCannotBeBuiltHasALag() async throws {
        let metrics = TestMetrics()
        try await store.add(10, to: "s-a")
        try await ViewRunner(StreamCounts(), in: store).catchUp()
        try await store.add(5, to: "s-a")
        let group = try SubscriptionGroup(store: store, sleep: clock, logger: SubscriptionBench.silence, metrics: metrics) {
            Subscription(view: DoubleCounts(poison: 7))
        }
        let handler = (ObservedNames.handler, "view-stream-counts")
        try await run(group) {
            try await passing { (try? metrics.expectGauge(ObservedNames.subscriptionLag, [handler]).lastValue) == 5 }
        }
        #expect(try await all() == 10)
    }

    @Test func aViewThatIsBegunAnewHasWhatItsFormerVersionParked() async throws {
        try await store.add(10, to: "s-a")
        try await run(try group { Subscription(view: StreamCounts(poison: 7), onFailure: .park) }) {
            try await eventually { try await all() == 9 }
        }
        for _ in 1...2 {
            try await dropView()
            try await run(try group { Subscription(view: DoubleCounts(), onFailure: .park) }) {
                try await eventually { try await store.generations(of: StreamCounts.name).first?.checkpoint ?? .start >= 10 }
            }
            #expect(try await all() == 20)
            #expect(try await ParkingPlace(of: "view-stream-counts", in: store).count() == 0)
        }
    }

    @Test func aViewThatGoesBackToAFormerVersionHasWhatTheLaterOneParked() async throws {
        try await store.add(10, to: "s-a")
        try await run(try group { Subscription(view: DoubleCounts(poison: 7), onFailure: .park) }) {
            try await eventually { try await all() == 18 }
        }
        try await dropView()
        try await run(try group { Subscription(view: StreamCounts(), onFailure: .park) }) {
            try await eventually { try await store.generations(of: StreamCounts.name).first?.checkpoint ?? .start >= 10 }
        }
        #expect(try await all() == 10)
        #expect(try await ParkingPlace(of: "view-stream-counts", in: store).count() == 0)
    }

    @Test func allThatAFormerVersionParkedIsReleased() async throws {
        try await store.add(1, to: "s-a")
        let parking = try ParkingPlace(of: "view-stream-counts", in: store)
        let facts = try (1...1_200).map { number in
            let parked = EventParked(try Position(Int64(number)), key: "", holdsKey: false, attempts: 1, error: "no", handlerVersion: 1)
            return try Event(parked, stream: parking.stream)
        }
        try await store.append(facts, to: parking.stream)
        try await run(try group { Subscription(view: DoubleCounts()) }) {
            try await eventually { try await all() == 2 }
            #expect(try await parking.count() == 0)
        }
    }

    @Test func aViewThatStopsPassesOverNothing() async throws {
        try await store.add(10, to: "s-a")
        try await run(try group { Subscription(view: StreamCounts(poison: 7), onFailure: .park) }) {
            try await eventually { try await all() == 9 }
        }
        try await dropView()
        let group = try group { Subscription(view: StreamCounts(poison: 7)) }
        try await run(group) {
            try await passing { try await group.runners[0].status().reason?.contains("position 7") == true }
            #expect(try await all() == 6)
        }
    }

    @Test func aNameThatIsTooLongIsRefusedAtOnce() throws {
        let error = #expect(throws: FlxError.self) { try group { Subscription(view: LongNamedCounts()) } }
        #expect(error?.code == .limitExceeded && error?.message.contains("limit is 200") == true, "\(error?.message ?? "")")
    }

    /// What the user's code throws says nothing about the store or the task.
    @Test(arguments: [FlxError.Code.closed, .cancelled, .viewReplaced, .leaseLost]) func aFoldMayThrowAnything(
        code: FlxError.Code
    ) async throws {
        try await store.add(5, to: "s-a")
        try await run(try group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 5 } }
        let seen = Seen<Position>()
        let view = ThrowingCounts(error: FlxError(code, "the fold says so"))
        let group = try group {
            Subscription(view: view)
            Subscription("seen", to: .prefix("s-")) { seen.add($0.position) }
        }
        try await run(group) {
            let runner = try #require(group["view-stream-counts"])
            try await passing { try await runner.status().interruption?.contains("the fold says so") == true }
            let attempts = view.seen.values.count
            try await passing { view.seen.values.count > attempts + 3 }
            try await store.add(1, to: "s-b")
            try await eventually { seen.values.count == 6 }
            #expect(try await runner.status().isRunning == true)
        }
    }

    @Test func aPauseHoldsARebuildBeforeItAndInTheMiddle() async throws {
        try await store.add(10, to: "s-a")
        try await run(try group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 10 } }
        let control = try SubscriptionControl(of: "view-stream-counts", in: store)
        try await control.pause(by: "ops")
        let view = ThrowingCounts(error: FlxError(.io, "never"), poison: 99...99)
        let group = try group { Subscription(view: view, pageSize: 2) }
        try await run(group) {
            try await eventually { try await group.runners[0].status().isRunning == true }
            for _ in 1...300 {
                await Task.yield()
                clock.advance(by: .seconds(1))
            }
            #expect(view.seen.values.isEmpty)
            #expect(try await group.runners[0].status().reason?.contains("paused by ops") == true)
            try await control.resume(by: "ops")
            try await passing { try await store.generations(of: StreamCounts.name).first?.version == 2 }
        }
        #expect(try await all() == 10)
    }

    @Test func aPauseEndsARebuildThatWaits() async throws {
        try await store.add(10, to: "s-a")
        try await run(try group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 10 } }
        // Somebody else builds another version, so that this one has to wait.
        let other = try await store.beginGeneration(of: StreamCounts.name, version: 7)
        let group = try group { Subscription(view: DoubleCounts()) }
        let control = try SubscriptionControl(of: "view-stream-counts", in: store)
        try await run(group) {
            try await clock.sleepers(reach: 1)
            #expect(try await group.runners[0].status().reason == "builds version 2 of the view")
            try await group.runners[0].pause(by: "ops")
            for _ in 1...300 {
                await Task.yield()
                clock.advance(by: .seconds(1))
            }
            try await store.dropBuild(other.id)
            for _ in 1...300 {
                await Task.yield()
                clock.advance(by: .seconds(1))
            }
            #expect(try await store.generations(of: StreamCounts.name).map(\.version) == [1])
            try await control.resume(by: "ops")
            try await passing { try await all() == 20 }
        }
    }

    /// A stretch of bad events is parked, slowly once it is long.
    @Test(arguments: [false, true]) func aLongStretchOfBadEventsIsPassed(isRebuilt: Bool) async throws {
        try await store.add(50, to: "s-a")
        if isRebuilt {
            try await run(try group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 50 } }
        }
        let view = ThrowingCounts(error: FlxError(.invalidValue, "no"), poison: 6...35)
        let group = try group { Subscription(view: view, onFailure: .park, pageSize: 7) }
        let parking = try ParkingPlace(of: "view-stream-counts", in: store)
        try await run(group) {
            try await eventually { try await parking.count() >= 19 }
            for _ in 1...2_000 { await Task.yield() }
            #expect(try await parking.count() <= 20, "no time has passed")
            try await passing { try await all() == 20 }
        }
        #expect(try await parking.count() == 30)
    }

    @Test func aViewOfAnotherStoreIsRefusedAndTheOthersGoOn() async throws {
        let seen = Seen<Position>()
        let group = try group {
            Subscription(view: StoredDocuments(StreamCounts(), in: MemoryEventStore()))
            Subscription("seen", to: .prefix("s-")) { seen.add($0.position) }
        }
        try await run(group) {
            for count in 1...3 {
                try await store.add(1, to: "s-a")
                try await passing { seen.values.count == count }
            }
            try await passing { try await group.runners[0].status().interruption?.contains("another store") == true }
        }
        #expect(seen.values.count == 3, "no event came twice")
    }

    @Test func anIdleViewNoticesThatItWasDroppedOrReplaced() async throws {
        try await store.add(5, to: "s-a")
        let old = try group { Subscription(view: StreamCounts()) }
        let new = try group { Subscription(view: DoubleCounts()) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await old.run() }
            try await eventually { try await all() == 5 }
            try await dropView()
            try await passing { try await all() == 5 }
            tasks.addTask { try await new.run() }
            try await passing { try await all() == 10 }
            try await passing {
                try await !new.runners[0].status().isStandby && new.runners[0].state.withLock { $0.mailbox != nil }
            }
            try await passing { try await old.runners[0].status().interruption?.contains("version 2 took over") == true }
            tasks.cancelAll()
        }
    }

    @Test func theStatusFromOutsideCountsCorrectionsToo() async throws {
        try await store.add(3, to: "s-a")
        let group = try group { Subscription(view: StreamCounts(poison: 2), onFailure: .park) }
        try await run(group) { try await eventually { try await all() == 2 } }
        let parking = try ParkingPlace(of: "view-stream-counts", in: store)
        try await parking.edit(at: 2, payload: .json(Array("{}".utf8)), by: "ops")
        #expect(try await SubscriptionControl(of: "view-stream-counts", in: store).status().lag == 1)
        try await run(group) { try await eventually { try await all() == 3 } }
    }

    @Test func anEventIsNotHiddenByItsExtensions() async throws {
        var event = Event(type: "tick")
        event.extensions["flxcorrects"] = ""
        try await store.append([event], to: "s-a")
        #expect(try await ViewRunner(StreamCounts(), in: store).catchUp().handled == 1)
    }

    /// The end of a group whose members rest, build or wait.
    @Test func aGroupEndsInGoodOrderWhileMembersRestAndBuild() async throws {
        try await store.add(10, to: "s-a")
        try await run(try group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 10 } }
        _ = try await store.beginGeneration(of: StreamCounts.name, version: 7)
        try await store.setCheckpoint("subscription:ahead", to: 5_000)
        let group = try group {
            Subscription(view: DoubleCounts())
            Subscription("ahead") { _ in }
            Subscription("seen") { _ in }
        }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await eventually { try await group["ahead"]?.status().interruption != nil }
                try await clock.sleepers(reach: 3)
                trigger.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
        #expect(try await group["ahead"]?.status().isRunning == false)
    }
}
