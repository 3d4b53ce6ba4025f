@testable import FlxEvents
import FlxTesting
import ServiceLifecycleTestKit
import Testing

/// The texts of what was said, in their order; it refuses the second part of some events.
private struct Texts: DocumentView {
    struct Document: Codable, Sendable { var texts: [String] = [] }
    static let name = "texts"
    static let selection = Selection.types(Counted.eventType, Followed.eventType)
    var poison: Set<String> = []

    func apply(_ recorded: RecordedEvent, to all: inout ViewDraft<Document>) throws -> Bool {
        let text = try SplitBench.text(recorded)
        all["all", default: Document()].texts.append(text)
        if poison.contains(text) { throw Refusal() }
        return true
    }
}

/// Views as subscriptions over events that an upcaster splits, and in a large group.
@Suite struct ViewSubscriptionSplitTests {
    @Test(arguments: [1, 2, 3, 1_000], [Subscription.ViewFailure.stop, .park]) func allPartsOfAnEventAreAppliedOrNone(
        pageSize: Int, failure: Subscription.ViewFailure
    ) async throws {
        let (bench, clock) = (try SplitBench(), ManualClock())
        for number in 1...4 {
            try await bench.append(single: 10 * number)
            try await bench.append(pair: 10 * number + 1)
        }
        let group = try SubscriptionGroup(store: bench.store, sleep: clock, logger: SubscriptionBench.silence) {
            Subscription(view: Texts(poison: ["31'"]), onFailure: failure, pageSize: pageSize)
        }
        let runner = group.runners[0]
        try await bench.run(group) {
            switch failure {
            case .stop: try await eventually { try await runner.status().isResting }
            case .park: try await eventually { try await SubscriptionBench.isIdle(runner) }
            }
        }
        let texts = try await bench.store.document("all", of: Texts.self)?.texts
        let before = ["10", "11", "11'", "20", "21", "21'", "30"]
        #expect(texts == before + (failure == .stop ? [] : ["40", "41", "41'"]))
        #expect(try await runner.parking.positions(.all) == (failure == .stop ? [] : [6]))
        #expect(try await bench.store.generations(of: Texts.name).first?.handled == (failure == .stop ? 7 : 10))
    }

    @Test func manyMembersGoOnAndEndWhereSomeFail() async throws {
        let (store, clock) = (MemoryEventStore(), ManualClock())
        let seen = Seen<Int>()
        for number in 0..<10 { try await store.setCheckpoint("subscription:ahead-\(number)", to: 5_000) }
        try await store.add(20, to: "s-a")
        let group = try SubscriptionGroup(store: store, sleep: clock, logger: SubscriptionBench.silence) {
            for number in 0..<10 { Subscription("ahead-\(number)") { _ in } }
            Subscription(view: StreamCounts(poison: 7))
            for number in 0..<300 { Subscription("seen-\(number)", to: .prefix("s-")) { _ in seen.add(number) } }
        }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await eventually { seen.count == 6_000 }
                try await eventually { try await group["ahead-9"]?.status().interruption?.contains("the log ends at") == true }
                try await eventually { try await group["view-stream-counts"]?.status().isResting == true }
                trigger.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
        #expect(try await store.checkpoint("subscription:seen-299") ?? .start >= 20)
        #expect(try await store.document("all", of: StreamCounts.self)?.count == 6)
    }
}

extension SplitBench {
    fileprivate func run(_ group: SubscriptionGroup, while work: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await work()
            tasks.cancelAll()
        }
    }
}
