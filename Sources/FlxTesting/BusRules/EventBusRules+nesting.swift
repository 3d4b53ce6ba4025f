import FlxCore
import FlxEvents

extension EventBusRules {
    /// The rules about handlers that use the bus.
    static let nesting: [BusRule] = [
        BusRule("nested.causation", "an event published from a handler has the handled event as its cause, and its conversation") { bus in
            let log = EventLog()
            bus.subscribe(to: "first") { _ async throws in try await bus.publish(Event(type: "second")) }
            bus.subscribe(to: "second") { _ async throws in try await bus.publish(Event(type: "third")) }
            bus.subscribe(to: "#") { event throws in log.add(event) }
            let first = Event(type: "first")
            try await bus.publish(first)
            try await log.wait(for: 3)
            func event(_ type: EventType) -> Event? { log.events.first { $0.type == type } }
            try expect("no cause for the first", event("first")?.causationID, is: nil)
            try expect("the cause of the second", event("second")?.causationID, is: first.id)
            try expect("the cause of the third", event("third")?.causationID, is: event("second")?.id)
            try expect("the conversation of the second", event("second")?.correlationID, is: first.id)
            try expect("the conversation of the third", event("third")?.correlationID, is: first.id)
            let conversation = Event(type: "first", correlationID: EventID(uuid: 5))
            try await bus.publish(conversation)
            try await log.wait(for: 6)
            let kept = log.events[3...].map(\.correlationID)
            try expect("the conversation that the first named", kept, is: Array(repeating: EventID(uuid: 5), count: 3))
        },
        BusRule("nested.no-deadlock", "a handler may publish events for itself, in turn with others, and nothing waits for ever") {
            bus in
            let log = EventLog()
            for name in ["ping", "pong"] {
                let other = try EventType(name == "ping" ? "pong" : "ping")
                bus.subscribe(to: try EventPattern(name), named: name, options: HandlerOptions(concurrency: .serial)) {
                    event async throws in
                    log.add(event)
                    if event.schemaVersion < 6 { try await bus.publish(Event(type: other, schemaVersion: event.schemaVersion + 1)) }
                }
            }
            try await bus.publish(Event(type: "ping"))
            try await log.wait(for: 6)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 { group.addTask { try await bus.publish(Event(type: "ping", schemaVersion: 5)) } }
                try await group.waitForAll()
            }
            try await log.wait(for: 14)
            try expect("all events", log.events.map(\.schemaVersion).sorted(), is: [1, 2, 3, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6])
        },
        BusRule("nested.subscribe", "a handler may subscribe another; that one is called from the next event on") { bus in
            let log = EventLog()
            let once = Gate()
            bus.subscribe(to: "t") { _ throws in
                guard once.arrived == 0 else { return }
                once.arrive()
                bus.subscribe(to: "t") { event throws in log.add(event) }
            }
            let events = events(3)
            for event in events { try await bus.publish(event) }
            try expect("the events from the second on", Array(log.events.map(\.id).suffix(2)), is: events[1...].map(\.id))
        },
    ]
}
