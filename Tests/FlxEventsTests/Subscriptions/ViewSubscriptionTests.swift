@testable import FlxEvents
import FlxTesting
import Synchronization
import Testing

/// The same counts, of every stream that there is.
private struct AllCounts: DocumentView {
    typealias Document = StreamCounts.Document
    static let name = "all-counts"

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<Document>) throws -> Bool {
        counts[recorded.event.stream?.description ?? "", default: Document()].count += 1
        return true
    }
}

/// A view as one of the subscriptions of a group.
@Suite struct ViewSubscriptionTests: ViewSubscriptionBench {
    let store = MemoryEventStore()
    let clock = ManualClock()

    @Test func aViewRunsBesideSubscriptionsAndShowsUpAmongThem() async throws {
        try await store.add(10, to: "s-a")
        let seen = Seen<Position>()
        let group = try group {
            Subscription(view: StreamCounts())
            Subscription("seen", to: .prefix("s-")) { seen.add($0.position) }
        }
        try await run(group) {
            try await eventually { try await all() == 10 && seen.values.count == 10 }
            let receipt = try await store.append([Event(type: "tick")], to: "s-b")
            let runner = try #require(group["view-stream-counts"])
            try await runner.caughtUp(to: receipt, within: .seconds(3_600))
            #expect(try await all() == 11)
            try await eventually { try await runner.status().lag == 0 }
            let outside = try await SubscriptionControl(of: "view-stream-counts", in: store).status()
            #expect(outside.checkpoint >= receipt.lastPosition ?? .end && outside.lag == 0 && outside.version == 1)
        }
        #expect(try await store.generations(of: StreamCounts.name).map(\.handled) == [11])
    }

    @Test func aViewOfEveryStreamLeavesOutThoseOfTheSystem() async throws {
        try await store.add(3, to: "s-a")
        try await run(try group { Subscription(view: AllCounts()) }) {
            try await eventually { try await store.generations(of: AllCounts.name).first?.handled == 3 }
        }
        #expect(try await store.lastPosition() > 3)
        try await ViewRunner(AllCounts(), in: store).catchUp()
        let page = try await store.documents(.all(), of: .view(AllCounts.name))
        #expect(page.documents.map(\.key) == ["s-a"])
    }

    @Test func anEventThatCannotBeAppliedStopsTheViewAndNothingElse() async throws {
        try await store.add(10, to: "s-a")
        let seen = Seen<Position>()
        let group = try group {
            Subscription(view: StreamCounts(poison: 7))
            Subscription("seen", to: .prefix("s-")) { seen.add($0.position) }
        }
        try await run(group) {
            let runner = try #require(group["view-stream-counts"])
            try await passing { try await runner.status().reason?.contains("position 7") == true }
            #expect(try await all() == 6)
            try await eventually { seen.values.count == 10 }
            #expect(try await runner.parking.count() == 0)
        }
        try await run(try self.group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 10 } }
    }

    @Test func anEventThatIsParkedIsTriedAgainByTheNextVersion() async throws {
        try await store.add(10, to: "s-a")
        let first = try group { Subscription(view: StreamCounts(poison: 7), onFailure: .park, pageSize: 4) }
        let runner = try #require(first["view-stream-counts"])
        try await run(first) {
            try await eventually { try await all() == 9 }
            #expect(try await runner.parking.positions(.all) == [7])
            let retry = await #expect(throws: FlxError.self) { try await runner.retryParked(.all, by: "ops") }
            #expect(retry?.code == .invalidValue && retry?.message.contains("raise the version") == true)
            let asked = await #expect(throws: FlxError.self) { try await runner.control.requestRetry(.all, by: "ops") }
            #expect(asked?.code == .invalidValue)
            let move = await #expect(throws: FlxError.self) { try await runner.move(to: 1, by: "ops") }
            #expect(move?.code == .invalidValue && move?.message.contains("rebuilt") == true)
        }
        let next = try group { Subscription(view: DoubleCounts(poison: 3), onFailure: .park, pageSize: 4) }
        try await run(next) {
            try await eventually {
                guard try await all() == 18 else { return false }
                return try await runner.parking.positions(.all) == [3]
            }
            #expect(try await runner.parking.event(at: 3)?.handlerVersion == 2)
            try await store.add(1, to: "s-a")
            try await eventually { try await all() == 20 }
        }
    }

    @Test(arguments: [Subscription.ViewFailure.stop, .park]) func anEventThatCannotBeReadIsTreatedTheSame(
        failure: Subscription.ViewFailure
    ) async throws {
        for number in 1...3 { try await store.append([try Event(Counted(number: number))], to: "s-a") }
        let refusing = Upcaster.typed { (old: Counted) throws -> CountedAgain in
            guard old.number != 2 else { throw Refusal() }
            return CountedAgain(number: old.number)
        }
        let evolving = EvolvingStore(store, upcasters: try UpcasterChain([refusing], reading: try EventRegistry(CountedAgain.self)))
        let group = try group(evolving) { Subscription(view: AllCounts(), onFailure: failure) }
        try await run(group) {
            let runner = try #require(group["view-all-counts"])
            switch failure {
            case .stop:
                try await passing { try await runner.status().isResting }
                #expect(try await store.document("s-a", of: AllCounts.self)?.count == 1)
            case .park:
                try await eventually { try await store.generations(of: AllCounts.name).first?.handled == 2 }
                #expect(try await runner.parking.positions(.all) == [2])
            }
        }
    }

    @Test func aViewThatIsDroppedIsBegunAnew() async throws {
        try await store.add(5, to: "s-a")
        let group = try group { Subscription(view: StreamCounts(effects: true)) }
        try await run(group) {
            try await eventually { try await all() == 5 }
            for generation in try await store.generations(of: StreamCounts.name) { try await store.dropGeneration(generation.id) }
            try await store.add(1, to: "s-a")
            try await passing { try await all() == 6 }
        }
    }

    @Test func aGreaterVersionTakesOverFromARunningOne() async throws {
        try await store.add(20, to: "s-a")
        let old = try group { Subscription(view: StreamCounts(effects: true), pageSize: 3) }
        let new = try group { Subscription(view: DoubleCounts(), pageSize: 3) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await old.run() }
            try await eventually { try await all() == 20 }
            tasks.addTask { try await new.run() }
            try await passing { try await all() == 40 }
            try await store.add(5, to: "s-a")
            try await passing { try await all() == 50 }
            let runner = try #require(old["view-stream-counts"])
            try await passing { try await runner.status().lastError?.contains("version 2 took over") == true }
            tasks.cancelAll()
        }
        let effects = try await store.read(.types("ticked"), .forward, limit: 99).events.count
        #expect(effects == 25, "each event had its effect once")
    }

    @Test func aPauseHoldsAViewAlsoOverARestart() async throws {
        try await store.add(3, to: "s-a")
        let control = try SubscriptionControl(of: "view-stream-counts", in: store)
        try await control.pause(by: "ops")
        for _ in 1...2 {
            let group = try group { Subscription(view: StreamCounts()) }
            try await run(group) {
                try await eventually { try await group["view-stream-counts"]?.status().reason?.contains("paused by ops") == true }
                for _ in 1...100 { await Task.yield() }
                #expect(try await all() == nil)
            }
        }
        try await control.resume(by: "ops")
        try await run(try group { Subscription(view: StreamCounts()) }) { try await eventually { try await all() == 3 } }
    }

    @Test func aReaderSeesItsOwnWritesOrLearnsThatItIsTooEarly() async throws {
        let group = try group { Subscription(view: StreamCounts()) }
        let runner = try #require(group["view-stream-counts"])
        let receipt = try await store.append([Event(type: "tick")], to: "s-a")
        let waited = Task { try await runner.caughtUp(to: receipt, within: .seconds(2)) }
        try await clock.sleepers(reach: 1)
        try await run(group) {
            try await waited.value
            #expect(try await all() == 1)
        }
        let late = try await store.append([Event(type: "tick")], to: "s-a")
        let refused = Task { try await runner.caughtUp(to: late, within: .seconds(2)) }
        try await clock.sleepers(reach: 1)
        clock.advance(by: .seconds(2))
        let error = await #expect(throws: FlxError.self) { try await refused.value }
        #expect(error?.code == .deadlineExceeded)
    }

    /// Two groups of one view: one feeds it, the other stands by, and each event changes it once.
    @Test func ofTwoGroupsOneFeedsTheView() async throws {
        let groups = try (0..<2).map { _ in try group { Subscription(view: StreamCounts(effects: true), pageSize: 3) } }
        try await run(groups[0], groups[1]) {
            for number in 1...20 {
                try await store.add(3, to: "s-a")
                try await passing { try await all() == 3 * number }
            }
            let standing = try await groups[0].runners[0].status().isStandby != groups[1].runners[0].status().isStandby
            #expect(standing)
        }
        #expect(try await store.read(.types("ticked"), .forward, limit: 99).events.count == 60)
    }

    @Test func aSwitchElsewhereIsFollowed() async throws {
        try await store.add(30, to: "s-a")
        let group = try group { Subscription(view: StreamCounts(), pageSize: 7) }
        try await run(group) {
            try await eventually { try await all() == 30 }
            async let rebuild = ViewRunner(StreamCounts(), in: store, pageSize: 3).rebuild(comparing: .requireEqual)
            try await store.add(30, to: "s-b")
            #expect(try await rebuild.isEqual == true)
            try await passing { try await all() == 60 }
            try await store.add(1, to: "s-c")
            try await passing { try await all() == 61 }
        }
        #expect(try await store.generations(of: StreamCounts.name).count == 1)
    }
}
