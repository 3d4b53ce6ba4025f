import FlxCore

extension BrokerRules {
    /// The rules about consumers and their concurrent deliveries.
    static let consuming: [BrokerRule] = [
        BrokerRule("consume.competing", "within a queue an event goes to one of its consumers; a busy one leaves the rest to the others") {
            bench in
            let (queue, gate) = (try bench.queue(), Gate())
            try await bench.broker.bind(queue)
            let events = try bench.events(10)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                defer { gate.open() }
                group.addTask {
                    try await bench.broker.consume(queue, prefetch: 1) { _ in
                        await gate.pass()
                        return .ack
                    }
                    return false
                }
                try await bench.broker.publish([events[0]])
                try await group.first {
                    try await gate.wait(for: 1)
                    try await bench.broker.publish(Array(events[1...]))
                    let mark = try bench.event("end")
                    try await bench.broker.publish([mark])
                    let others = try await bench.collect(queue, through: mark).map(\.event.id)
                    try expect("all events but the one being handled", others, is: events[1...].map(\.id) + [mark.id])
                    try expect("one event with the busy consumer", gate.arrived, is: 1)
                }
                group.cancelAll()
                gate.open()
                try await group.waitForAll()
            }
        },
        BrokerRule("consume.spread", "many consumers together handle every event, and none of them twice when all is acknowledged") {
            bench in
            let (queue, log) = (try bench.queue(), EventLog())
            try await bench.broker.bind(queue)
            let events = try bench.events(120)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for prefetch in [1, 2, 5] {
                    group.addTask {
                        try await bench.broker.consume(queue, prefetch: prefetch) { delivery in
                            await Task.yield()
                            log.add(delivery.event)
                            return .ack
                        }
                        return false
                    }
                }
                for event in events { try await bench.broker.publish([event]) }
                try await group.first { try await log.wait(for: events.count) }
                group.cancelAll()
                try await group.waitForAll()
            }
            try expect("each event once", log.events.map(\.schemaVersion).sorted(), is: Array(1...120))
            try await bench.expectQueue("an empty queue", queue, holds: [])
        },
        BrokerRule("consume.prefetch", "as many deliveries as the prefetch are being handled at a time, and never more") { bench in
            for prefetch in [1, 3] {
                let (queue, gate) = (try bench.queue("q\(prefetch)", of: "p\(prefetch)"), Gate())
                try await bench.broker.bind(queue)
                try await bench.broker.publish(try bench.events(10, "p\(prefetch)"))
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    defer { gate.open() }
                    group.addTask {
                        try await bench.broker.consume(queue, prefetch: prefetch) { _ in
                            await gate.pass()
                            return .ack
                        }
                        return false
                    }
                    try await group.first {
                        try await gate.wait(for: prefetch)
                        // Give a wrong extra delivery time to arrive.
                        for _ in 1...200 { await Task.yield() }
                        try expect("deliveries at a time", gate.arrived, is: prefetch)
                        gate.open()
                        try await gate.wait(for: 10)
                    }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
            try await expect(.invalidValue, from: "a prefetch of 0") {
                try await bench.broker.consume(try bench.queue(), prefetch: 0) { _ in .ack }
            }
        },
        BrokerRule("consume.binds", "a consumer first binds its queue: events published while it consumes arrive") { bench in
            let (queue, log) = (try bench.queue(), EventLog())
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await bench.broker.consume(queue, prefetch: 1) { delivery in
                        log.add(delivery.event)
                        return .ack
                    }
                    return false
                }
                try await group.first {
                    // Events are dropped until the queue exists: publish until one arrives.
                    while log.events.isEmpty {
                        try await bench.broker.publish([try bench.event()])
                        try await ContinuousClock().sleep(for: .milliseconds(1))
                    }
                }
                group.cancelAll()
                try await group.waitForAll()
            }
        },
        BrokerRule("consume.publishes", "a handler may publish, to its own queue too, without waiting for itself") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let log = EventLog()
            let next = try bench.events(5)
            try await bench.broker.publish([next[0]])
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await bench.broker.consume(queue, prefetch: 1) { delivery in
                        log.add(delivery.event)
                        let number = delivery.event.schemaVersion
                        if number < next.count { try? await bench.broker.publish([next[number]]) }
                        return .ack
                    }
                    return false
                }
                try await group.first { try await log.wait(for: 5) }
                group.cancelAll()
                try await group.waitForAll()
            }
            try expect("the chain of events", log.events.map(\.id), is: next.map(\.id))
        },
    ]
}
