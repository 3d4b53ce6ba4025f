import FlxEvents
import Testing

@Suite struct IsolationTests {
    let bus = DomainEventBus()

    @Test func anErrorStopsNobodyAndIsReportedWithHandlerAndEvent() async throws {
        let seen = Seen<Int>()
        var failures = bus.failures().makeAsyncIterator()
        bus.subscribe(to: Counted.self, named: "broken") { _ in throw HandlerRefusal() }
        bus.subscribe(to: Counted.self, named: "broken later") { _ in
            await Task.yield()
            throw HandlerRefusal(reason: "later")
        }
        bus.subscribe(to: Counted.self, named: "sound") { seen.add($0.number) }
        let receipt = try await bus.publish(Counted(number: 1))
        #expect(seen.values == [1])
        #expect(receipt.failures.map(\.handler) == ["broken", "broken later"])
        #expect(receipt.failures.first?.error as? HandlerRefusal == HandlerRefusal())
        #expect(receipt.failures.first?.event.id == receipt.events.first)
        #expect(await failures.next()?.handler == "broken")
        #expect(await failures.next()?.handler == "broken later")
    }

    @Test func aHandlerPastItsDeadlineIsReportedAndNotWaitedFor() async throws {
        let (seen, gate) = (Seen<Int>(), Gate())
        bus.subscribe(to: Counted.self, named: "stuck", options: .init(deadline: .milliseconds(5))) { _ in await gate.pass() }
        bus.subscribe(to: Counted.self, named: "sound") { seen.add($0.number) }
        let receipt = try await bus.publish(Counted(number: 1))
        #expect(seen.values == [1])
        #expect((receipt.failures.first?.error as? FlxError)?.code == .deadlineExceeded)
        gate.open()
    }

    @Test func aHandlerWithinItsDeadlineIsFine() async throws {
        let seen = Seen<Int>()
        bus.subscribe(to: Counted.self, options: .init(deadline: .seconds(3_600))) { event in
            await Task.yield()
            seen.add(event.number)
        }
        #expect(try await bus.publish(Counted(number: 1)).failures.isEmpty)
        #expect(seen.values == [1])
    }

    @Test(arguments: [(1, 0), (2, 1), (3, 1), (4, 0)])
    func attemptsAreMadeAgainUpToTheLimit(failing: Int, failures: Int) async throws {
        let limit = failing == 4 ? 5 : failing == 1 ? 2 : failing
        let attempts = Seen<Int>()
        bus.subscribe(to: Counted.self, options: .init(retry: .immediate(attempts: limit))) { event in
            attempts.add(event.number)
            if attempts.count <= failing { throw HandlerRefusal() }
        }
        let receipt = try await bus.publish(Counted(number: 1))
        #expect(receipt.failures.count == failures)
        #expect(attempts.count == min(failing + 1, limit))
        #expect(receipt.failures.first?.attempts ?? limit == limit)
    }

    @Test func pausesGrowToTheLongest() {
        let policy = RetryPolicy.exponential(from: .milliseconds(100), to: .milliseconds(350), attempts: 5)
        let expected: [Duration?] = [.milliseconds(100), .milliseconds(200), .milliseconds(350), .milliseconds(350), nil]
        #expect((1...5).map { policy.pause(after: $0) } == expected)
        #expect(RetryPolicy.none.pause(after: 1) == nil)
        #expect(RetryPolicy.fixed(.seconds(2), attempts: 2).pause(after: 1) == .seconds(2))
    }

    @Test func aSerialHandlerRunsOneCallAtATime() async throws {
        let (running, most) = (Seen<Int>(), Seen<Int>())
        bus.subscribe(to: Counted.self, options: .init(concurrency: .serial)) { _ in
            running.add(1)
            let now = running.values.reduce(0, +)
            most.add(now)
            for _ in 0..<5 { await Task.yield() }
            running.add(-1)
        }
        await withThrowingTaskGroup { group in
            for number in 0..<50 { group.addTask { try await bus.publish(Counted(number: number)) } }
        }
        #expect(most.count == 50)
        #expect(most.values.max() == 1)
    }

    @Test func closingSaysWhatItLeft() async throws {
        let gate = Gate()
        bus.subscribe(to: Counted.self, named: "slow") { _ in await gate.pass() }
        async let publish = bus.publish(Counted(number: 1))
        await gate.arrived()
        let left = await bus.close(within: .milliseconds(5))
        #expect(left.map(\.description) == ["handler 'slow': 1 call still running"])
        gate.open()
        #expect(try await publish.failures.isEmpty)
        #expect(await bus.close(within: .seconds(60)).isEmpty)
    }
}
