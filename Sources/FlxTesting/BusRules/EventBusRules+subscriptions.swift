import FlxCore
import FlxEvents

extension EventBusRules {
    /// The rules about subscribing and cancelling.
    static let subscriptions: [BusRule] = [
        BusRule("subscribe.from-now", "a handler gets events published from its subscription on, also when the value is dropped") {
            bus in
            let log = EventLog()
            try await bus.publish(Event(type: "t"))
            _ = bus.subscribe(to: "t") { event throws in log.add(event) }
            let events = events(2)
            for event in events { try await bus.publish(event) }
            try expect("the events after it", log.events.map(\.id), is: events.map(\.id))
        },
        BusRule("subscribe.cancel", "no call begins after a cancellation returned; a second one does nothing, and others continue") { bus in
            let (log, others) = (EventLog(), EventLog())
            let subscription = bus.subscribe(to: "t") { event throws in log.add(event) }
            bus.subscribe(to: "t") { event async throws in others.add(event) }
            let events = events(3)
            try await bus.publish(events[0])
            subscription.cancel()
            subscription.cancel()
            try await bus.publish(events[1])
            bus.subscribe(to: "t") { event throws in log.add(event) }
            subscription.cancel()
            try await bus.publish(events[2])
            try expect("the events before it, and those of a later handler", log.events.map(\.id), is: [events[0].id, events[2].id])
            try expect("the events of the other", others.events.map(\.id), is: events.map(\.id))
        },
        BusRule("subscribe.cancel-waiting", "a call that waits for its turn does not begin after a cancellation") { bus in
            let (log, gate) = (EventLog(), Gate())
            let subscription = bus.subscribe(to: "t", options: HandlerOptions(concurrency: .serial)) { event async throws in
                log.add(event)
                await gate.pass()
            }
            let events = events(2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { gate.open() }
                group.addTask { try await bus.publish(events[0]) }
                try await gate.wait(for: 1)
                group.addTask { try await bus.publish(events[1]) }
                for _ in 1...50 { await Task.yield() }
                subscription.cancel()
                gate.open()
                try await group.waitForAll()
            }
            try expect("the first event alone", log.events.map(\.id), is: [events[0].id])
        },
        BusRule("subscribe.cancel-inside", "a handler may cancel itself") { bus in
            let log = EventLog()
            let own = Log<BusSubscription>()
            own.add(
                bus.subscribe(to: "t") { event throws in
                    log.add(event)
                    for subscription in own.entries { subscription.cancel() }
                })
            let events = events(3)
            for event in events { try await bus.publish(event) }
            try expect("the first event alone", log.events.map(\.id), is: [events[0].id])
        },
        BusRule("subscribe.scope", "a handler stays for as long as a piece of work, however that ends") { bus in
            let log = EventLog()
            let handler = EventHandler("scoped", on: "t") { publication throws in log.add(publication.event) }
            let inside = Event(type: "t")
            try await bus.withSubscription(handler) { _ = try await bus.publish(inside) }
            try? await bus.withSubscription(handler) { throw HandlerError() }
            try await bus.publish(Event(type: "t"))
            try expect("the event inside", log.events.map(\.id), is: [inside.id])
        },
        BusRule(
            "subscribe.many-at-once", "handlers come and go from many tasks while events are published, and one that stays misses nothing"
        ) {
            bus in
            let log = EventLog()
            bus.subscribe(to: "t") { event throws in log.add(event) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 {
                    group.addTask {
                        for _ in 1...25 {
                            let subscription = bus.subscribe(to: "#") { _ async throws in await Task.yield() }
                            await Task.yield()
                            subscription.cancel()
                        }
                    }
                    group.addTask {
                        for _ in 1...25 { try await bus.publish(Event(type: "t")) }
                    }
                }
                try await group.waitForAll()
            }
            try expect("each event once", Set(log.events.map(\.id)).count == 100 && log.events.count == 100, seen: "\(log.events.count)")
        },
    ]
}
