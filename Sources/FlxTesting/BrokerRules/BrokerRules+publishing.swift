import FlxCore

extension BrokerRules {
    /// The rules about publishing and binding.
    static let publishing: [BrokerRule] = [
        BrokerRule("publish.whole", "a delivery carries the event that was published, equal in every attribute") { bench in
            var factory = bench.factory
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let events = factory.events(50)
            try await bench.broker.publish(events)
            try await bench.expectQueue("the events", queue, holds: events)
        },
        BrokerRule("publish.order", "within a queue, events keep their order of publishing, in one call and in several") {
            bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let events = try bench.events(60)
            try await bench.broker.publish(Array(events[..<20]))
            for event in events[20..<40] { try await bench.broker.publish([event]) }
            try await bench.broker.publish(Array(events[40...]))
            try await bench.broker.publish([])
            try await bench.expectQueue("the events in order", queue, holds: events)
        },
        BrokerRule("publish.every-queue", "an event goes to every queue with a pattern matching its type, and to no other") { bench in
            let patterns = ["#", "*", "a", "a.*", "a.#", "#.b", "*.b", "a.*.c", "#.c.#", "b.#"]
            let names = ["a", "b", "a.b", "a.c", "a.b.c", "b.a", "b.b.b.c", "a.c.b", "c"]
            let queues = try patterns.enumerated().map { try bench.queue("q\($0)", of: $1) }
            for queue in queues { try await bench.broker.bind(queue) }
            let events = try names.map { try bench.event($0) }
            try await bench.broker.publish(events)
            let mark = try bench.event("end")
            for queue in queues {
                // Some patterns do not match the mark: each queue also gets a pattern for it.
                try await bench.broker.bind(try BrokerQueue(queue.name, of: EventPattern(mark.type)))
            }
            try await bench.broker.publish([mark])
            for queue in queues {
                let found = try await bench.collect(queue, through: mark).map(\.event.type)
                let expected = events.map(\.type).filter { queue.pattern.matches($0) } + [mark.type]
                try expect("the types of \(queue.pattern)", found, is: expected)
            }
        },
        BrokerRule("publish.look-alikes", "queues and types are compared by their bytes: look-alikes are different") { bench in
            let names = ["\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}"]
            let queues = try names.map { try bench.queue($0, of: $0) }
            for queue in queues { try await bench.broker.bind(queue) }
            let events = try names.map { try bench.event($0) }
            try await bench.broker.publish(events)
            for (index, name) in names.enumerated() {
                try await bench.expectQueue("the events of '\(name)'", queues[index], holds: [events[index]], marking: name)
            }
        },
        BrokerRule("publish.unbound", "an event without a bound queue is accepted and dropped; a later binding does not get it") {
            bench in
            try await bench.broker.publish([try bench.event("early")])
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            try await bench.expectQueue("nothing from before", queue, holds: [])
        },
        BrokerRule("bind.waits", "events published after the queue was bound wait in it for a consumer") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            let events = try bench.events(10)
            try await bench.broker.publish(events)
            try await bench.broker.bind(queue)
            try await bench.expectQueue("the events", queue, holds: events)
        },
        BrokerRule("bind.patterns", "a queue keeps all patterns that it was bound to, and gets an event once, however many match") {
            bench in
            for pattern in ["a.*", "*.b", "a.*", "c.#"] { try await bench.broker.bind(try bench.queue("q", of: pattern)) }
            let events = try ["a.b", "a.a", "b.b", "b.a", "c", "c.b", "d"].map { try bench.event($0) }
            try await bench.broker.publish(events)
            let mark = try bench.event("a.end")
            try await bench.broker.publish([mark])
            let found = try await bench.collect(try bench.queue("q", of: "a.*"), through: mark).map(\.event.id)
            try expect("each event once", found, is: [0, 1, 2, 4, 5].map { events[$0].id } + [mark.id])
        },
        BrokerRule("publish.many-at-once", "events of many concurrent publishers arrive, all and in the order of each publisher") { bench in
            let queue = try bench.queue()
            try await bench.broker.bind(queue)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 1...6 {
                    group.addTask {
                        for event in try bench.events(30, "p\(publisher)") { try await bench.broker.publish([event]) }
                    }
                }
                try await group.waitForAll()
            }
            let mark = try bench.event("end")
            try await bench.broker.publish([mark])
            let groups = Dictionary(grouping: try await bench.collect(queue, through: mark).map(\.event), by: \.type)
            for publisher in 1...6 {
                let numbers = groups[try bench.type("p\(publisher)")]?.map(\.schemaVersion) ?? []
                try expect("the events of publisher \(publisher)", numbers, is: Array(1...30))
            }
        },
    ]
}
