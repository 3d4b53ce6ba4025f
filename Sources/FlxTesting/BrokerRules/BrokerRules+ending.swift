import FlxCore

extension BrokerRules {
    /// The rules about cancellation and closing.
    static let ending: [BrokerRule] = [
        BrokerRule("cancel.returns", "a cancelled consumer returns without an error after the handlers under way; their answers count") {
            bench in
            let (queue, gate) = (try bench.queue(), Gate())
            try await bench.broker.bind(queue)
            let events = try bench.events(6)
            try await bench.broker.publish(events)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                defer { gate.open() }
                group.addTask {
                    try await bench.broker.consume(queue, prefetch: 2) { _ in
                        await gate.pass()
                        return .ack
                    }
                    try expect("the end after both handlers", gate.arrived == 2 && gate.isOpen, seen: "\(gate.arrived) deliveries")
                    return false
                }
                try await group.first { try await gate.wait(for: 2) }
                group.cancelAll()
                for _ in 1...50 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
            try await bench.expectQueue("the events that were not delivered", queue, holds: Array(events[2...]))
        },
        BrokerRule("cancel.waiting", "a consumer that waits for deliveries returns when it is cancelled, before it began or later") {
            bench in
            let queue = try bench.queue()
            for yields in [0, 1, 100] {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 1...3 { group.addTask { try await bench.broker.consume(queue, prefetch: 2) { _ in .ack } } }
                    for _ in 0..<yields { await Task.yield() }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            try await bench.broker.bind(queue)
            let events = try bench.events(3)
            try await bench.broker.publish(events)
            try await bench.expectQueue("events for the next consumer", queue, holds: events)
        },
        BrokerRule("cancel.racing", "consumers that are cancelled while events come and go back end, and lose none") { bench in
            let (queue, events) = (try bench.queue(), try bench.events(8))
            try await bench.broker.bind(queue)
            try await bench.broker.publish(events)
            for round in 0..<200 {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 1...4 {
                        group.addTask {
                            try? await bench.broker.consume(queue, prefetch: 4) { _ in
                                await Task.yield()
                                return .requeue
                            }
                        }
                    }
                    for _ in 0..<round % 10 { await Task.yield() }
                    group.cancelAll()
                }
            }
            let mark = try bench.event("end")
            try await bench.broker.publish([mark])
            let ids = try await bench.collect(queue, through: mark).map(\.event.id)
            try expect("all events, each once", Set(ids), is: Set((events + [mark]).map(\.id)))
            try expect("the number of deliveries", ids.count, is: events.count + 1)
        },
        BrokerRule("close.calls", "after the end all calls fail as closed, and a second close does nothing") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            await bench.broker.close()
            await bench.broker.close()
            try await expect(.closed, from: "publishing") { try await bench.broker.publish([try bench.event()]) }
            try await expect(.closed, from: "publishing nothing") { try await bench.broker.publish([]) }
            try await expect(.closed, from: "binding") { try await bench.broker.bind(queue) }
            try await expect(.closed, from: "consuming") { try await bench.broker.consume(queue, prefetch: 1) { _ in .ack } }
        },
        BrokerRule("close.consumers", "the end releases the consumers, with the error closed") { bench in
            let (queue, gate) = (try bench.queue(), Gate())
            try await bench.broker.bind(queue)
            try await bench.broker.publish([try bench.event()])
            try await withThrowingTaskGroup(of: Bool.self) { group in
                defer { gate.open() }
                for _ in 1...3 {
                    group.addTask {
                        try await expect(.closed, from: "a consumer at the end") {
                            try await bench.broker.consume(queue, prefetch: 2) { _ in
                                await gate.pass()
                                return .ack
                            }
                        }
                        return false
                    }
                }
                try await group.first { try await gate.wait(for: 1) }
                group.addTask {
                    await bench.broker.close()
                    return false
                }
                for _ in 1...50 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
        },
    ]
}
