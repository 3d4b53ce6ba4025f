@testable import FlxEvents
import FlxTesting
import Testing

/// A log in which old events that say two things stand between newer ones, and the store that splits them.
struct SplitBench {
    let log = MemoryEventStore()
    let store: EvolvingStore<MemoryEventStore>

    init() throws {
        let parts = [EventVersion(Counted.eventType), EventVersion(Followed.eventType)]
        let split = Upcaster.split("test.pair", into: parts) { data in
            [.init(Counted.eventType, data), .init(Followed.eventType, data)]
        }
        store = EvolvingStore(log, upcasters: try UpcasterChain([split], reading: try EventRegistry(Counted.self, Followed.self)))
    }

    func append(pair number: Int, to stream: StreamName = "s") async throws {
        try await log.append([Event(type: "test.pair", data: ["number": .int(number)])], to: stream)
    }

    func append(single number: Int, to stream: StreamName = "s") async throws {
        try await log.append([Event(Counted(number: number))], to: stream)
    }

    /// What an event says: a number, and a stroke behind it for the second part.
    static func text(_ recorded: RecordedEvent) throws -> String {
        "\(try recorded.event.value["number"]?.int ?? 0)\(recorded.event.type == Followed.eventType ? "'" : "")"
    }

    func policy(_ change: (inout SubscriptionPolicy) -> Void = { _ in }) -> SubscriptionPolicy {
        SubscriptionBench(log).policy {
            $0.pageSize = 1
            change(&$0)
        }
    }

    func runner(_ subscription: Subscription) throws -> SubscriptionRunner {
        try SubscriptionRunner(subscription, on: store, logger: SubscriptionBench.silence)
    }

    func drain(_ runner: SubscriptionRunner) async throws {
        try await SubscriptionBench(log).run(runner) { try await eventually { try await SubscriptionBench.isIdle(runner) } }
    }
}

/// Durable subscriptions over events that an upcaster splits.
@Suite struct SplitTests {
    private let bench: SplitBench

    init() throws { bench = try SplitBench() }

    private func fill() async throws {
        try await bench.append(single: 1)
        try await bench.append(pair: 2)
        try await bench.append(single: 3)
        try await bench.append(pair: 4, to: "other")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func aPositionIsDoneWithItsLastPart(seed: UInt64) throws {
        var policy = SubscriptionPolicy()
        (policy.parallelism, policy.pageSize, policy.runLength, policy.breakerThreshold) = (3, 10, 4, 1_000)
        policy.retry = .fixed(.seconds(1), attempts: 3)
        policy.parking = seed.isMultiple(of: 2) ? .keyWaits : .keyGoesOn
        // Every third event has parts; a part fails at first, and one never succeeds.
        var harness = try MachineHarness(
            events: 120, keys: 5, policy: policy, seed: seed, parts: { $0 % 3 == 0 ? 3 : 1 }
        ) { event, attempt in
            if event.position == 60 { return event.event.type == "t" }
            return event.position.value % 6 != 0 || event.event.type == "t" || attempt > 1
        }
        harness.start()
        for _ in 0..<seed % 4 {
            harness.run(steps: 15)
            harness.restart()
        }
        harness.run()
        #expect(harness.faults.isEmpty, "seed \(seed): \(harness.faults)")
        #expect(harness.saved == 120, "seed \(seed)")
        #expect(harness.parked.contains { $0.event.position == 60 && $0.event.event.type == "t" }, "seed \(seed)")
        let parked = Set(harness.parked.map(\.event.position))
        for (position, parts) in Dictionary(grouping: harness.log, by: \.position) where !parked.contains(position) {
            let seen = harness.handled.filter { $0.position == position }
            #expect(seen.suffix(parts.count).map(\.id) == parts.map(\.id), "seed \(seed): the parts of \(position) in their order, at last")
        }
        guard seed % 4 == 0 else { return }
        for (key, events) in Dictionary(grouping: harness.handled, by: \.event.stream) {
            #expect(events.map(\.position) == events.map(\.position).sorted(), "seed \(seed), \(key as Any)")
        }
    }

    @Test func aRetryHandsOutAllParts() async throws {
        try await fill()
        let (seen, failures) = (Seen<String>(), Seen<String>())
        let runner = try bench.runner(Subscription("s", policy: bench.policy()) { recorded in
            let text = try SplitBench.text(recorded)
            if text == "2'", failures.count == 0 {
                failures.add(text)
                throw HandlerRefusal()
            }
            seen.add(text)
        })
        try await bench.drain(runner)
        #expect(seen.values.filter { !$0.hasPrefix("4") } == ["1", "2", "2", "2'", "3"])
        #expect(seen.values.filter { $0.hasPrefix("4") } == ["4", "4'"])
        #expect(try await runner.parking.count() == 0)
    }

    @Test func theCheckpointNeverStandsBetweenParts() async throws {
        try await fill()
        let (seen, gate) = (Seen<String>(), Seen<Bool>())
        let subscription = Subscription("s", to: .stream("s"), policy: bench.policy { $0.saveEvery = 1 }) { recorded in
            let text = try SplitBench.text(recorded)
            seen.add(text)
            // The process ends while the second part is at work.
            if text == "2'", gate.count == 0 { try await Task.sleep(for: .seconds(3_600)) }
        }
        let run = Task { [bench] in try await bench.runner(subscription).run() }
        try await eventually { seen.values.last == "2'" }
        #expect(try await bench.log.checkpoint(subscription.checkpointName) ?? .start <= 1)
        run.cancel()
        _ = await run.result
        #expect(try await bench.log.checkpoint(subscription.checkpointName) ?? .start <= 1)
        gate.add(true)
        try await bench.drain(try bench.runner(subscription))
        #expect(seen.values.drop { $0 != "2'" }.dropFirst().filter { $0 != "1" } == ["2", "2'", "3"])
    }

    @Test func aParkedEventIsParkedAndRetriedWithItsParts() async throws {
        try await fill()
        let (seen, repaired) = (Seen<String>(), Seen<Bool>())
        let runner = try bench.runner(Subscription("s", policy: bench.policy { $0.parking = .keyWaits }) { recorded in
            let text = try SplitBench.text(recorded)
            if text == "2'", repaired.count == 0 { throw HandlerRefusal() }
            seen.add(text)
        })
        try await bench.drain(runner)
        let parked = try await runner.parking.events(limit: 9)
        #expect(try parked.map { try $0.events.map(SplitBench.text) } == [["2", "2'"], ["3"]])
        #expect(parked.map(\.attempts) == [2, 0])
        let error = await #expect(throws: FlxError.self) {
            try await runner.parking.edit(at: 2, payload: .json(["number": 5]), by: "ops")
        }
        #expect(error?.code == .invalidValue)
        repaired.add(true)
        let before = seen.count
        #expect(try await runner.retryParked(.all, by: "ops").handled == 2)
        #expect(Array(seen.values.dropFirst(before)) == ["2", "2'", "3"])
        #expect(try await runner.parking.count() == 0)
    }

    @Test func aCorrectionInTheStoreBelowIsSplitToo() async throws {
        try await fill()
        let seen = Seen<String>()
        let runner = try bench.runner(Subscription("s", policy: bench.policy()) { recorded in
            let text = try SplitBench.text(recorded)
            if text == "2'" { throw HandlerRefusal() }
            seen.add(text)
        })
        try await bench.drain(runner)
        try await ParkingPlace(of: "s", in: bench.log).edit(at: 2, payload: .json(["number": 7]), by: "ops")
        #expect(try await runner.retryParked(.all, by: "ops").handled == 1)
        #expect(Array(seen.values.suffix(2)) == ["7", "7'"])
    }

    @Test func aSubscriptionToOnePartIsGivenThatPartAlone() async throws {
        try await fill()
        let (seen, repaired) = (Seen<String>(), Seen<Bool>())
        let runner = try bench.runner(Subscription("s", to: .types(Followed.eventType), policy: bench.policy()) { recorded in
            if repaired.count == 0 { throw HandlerRefusal() }
            seen.add(try SplitBench.text(recorded))
        })
        try await SubscriptionBench(bench.log).run(runner) { try await eventually { try await runner.parking.count() == 2 } }
        repaired.add(true)
        #expect(try await runner.retryParked(.all, by: "ops").handled == 2)
        #expect(seen.values == ["2'", "4'"])
    }

    @Test func eachPartHasItsEffectsOnce() async throws {
        try await fill()
        let failures = Seen<Int>()
        let subscription = Subscription(once: "s", to: .stream("s"), policy: bench.policy()) { recorded in
            let text = try SplitBench.text(recorded)
            if text == "2'", failures.count == 0 {
                failures.add(1)
                throw HandlerRefusal()
            }
            return [StreamWrite([try Event(type: "effect", data: .string(text))], to: "effects")]
        }
        for _ in 1...2 {
            try await bench.drain(try bench.runner(subscription))
            // As after a crash before the first checkpoint.
            try await bench.log.setCheckpoint(subscription.checkpointName, to: nil)
        }
        let effects = try await bench.log.read(.stream("effects"), .forward, limit: 99).events.map { try $0.event.value.string }
        #expect(effects == ["1", "2", "2'", "3"])
    }

    @Test func aBatchHasAllPartsOfItsEvents() async throws {
        try await fill()
        let seen = Seen<[String]>()
        let subscription = Subscription(
            "s", to: .stream("s"), policy: bench.policy(), batches: .upTo(2, within: .seconds(3_600))
        ) { events in seen.add(try events.map(SplitBench.text)) }
        try await SubscriptionBench(bench.log).run(try bench.runner(subscription)) { try await eventually { seen.count >= 1 } }
        #expect(seen.values.first == ["1", "2", "2'"])
    }

    @Test func theMemoryOfAWindowCountsAllParts() {
        var window = EventWindow(after: .start)
        let event = RecordedEvent(event: Event(type: "t"), version: 1, position: 1, recordedTime: Timestamp(nanoseconds: 1))
        _ = window.add(event)
        let one = window.bytes
        for _ in 1...9 { _ = window.add(event) }
        #expect(one > 0 && window.bytes == 10 * one)
        window.finish(event.position)
        #expect(window.bytes == 0)
    }
}
