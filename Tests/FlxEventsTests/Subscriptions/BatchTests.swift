import FlxEvents
import FlxTesting
import Testing

@Suite struct BatchTests {
    private let bench = SubscriptionBench()

    @Test func batchesAreFullWhereThereIsEnough() async throws {
        try await bench.append(1...95)
        let (batches, clock) = (Seen<[Int]>(), ManualClock())
        let subscription = Subscription("s", batches: .upTo(20, within: .seconds(5))) { batches.add(try $0.map(SubscriptionBench.number)) }
        let runner = try SubscriptionRunner(subscription, on: bench.store, sleep: clock, logger: SubscriptionBench.silence)
        try await bench.run(runner) {
            try await eventually { batches.count == 4 }
            // One sleeps for the lease, the other until the rest is old enough.
            try await clock.sleepers(reach: 2)
            #expect(batches.count == 4)
            clock.advance(by: .seconds(5))
            try await eventually { batches.count == 5 }
        }
        #expect(batches.values.map(\.count) == [20, 20, 20, 20, 15])
        #expect(batches.values.flatMap(\.self) == Array(1...95))
    }

    @Test func aBatchThatFailsParksTheOneThatIsToBlame() async throws {
        try await bench.append(1...10)
        let (sizes, done) = (Seen<Int>(), Seen<Int>())
        let policy = bench.policy { $0.retry = .immediate(attempts: 3) }
        try await bench.drain(Subscription("s", policy: policy, batches: .upTo(10, within: .milliseconds(1))) { events in
            sizes.add(events.count)
            if events.contains(where: { $0.position == 4 }) { throw HandlerRefusal() }
            for event in events { done.add(try SubscriptionBench.number(event)) }
        })
        #expect(try await bench.parked("s") == [4])
        #expect(done.values == [1, 2, 3, 5, 6, 7, 8, 9, 10])
        #expect(sizes.values.first == 10 && sizes.values.filter { $0 == 1 }.count >= 6)
    }
}
