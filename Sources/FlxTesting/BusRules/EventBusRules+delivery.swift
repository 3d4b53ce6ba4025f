import FlxCore
import FlxEvents

extension EventBusRules {
    /// The rules about the called handlers, the order of calls, and the receipt.
    static let delivery: [BusRule] = [
        BusRule("publish.patterns", "an event reaches every handler with a pattern matching its type, once, and no other") { bus in
            let patterns: [EventPattern] = ["#", "*", "a", "a.*", "a.#", "#.b", "b.#", "c"]
            let types: [EventType] = ["a", "b", "a.b", "a.c.b", "b.a", "c"]
            let logs = patterns.map { _ in EventLog() }
            for (pattern, log) in zip(patterns, logs) { bus.subscribe(to: pattern) { event throws in log.add(event) } }
            for type in types { try await bus.publish(Event(type: type)) }
            for (pattern, log) in zip(patterns, logs) {
                try expect("the types for \(pattern)", log.events.map(\.type), is: types.filter(pattern.matches))
            }
        },
        BusRule("publish.types", "a handler of a Swift type gets values of that type in its schema version, and nothing else") { bus in
            let log = Log<Int64>()
            bus.subscribe(to: SampleEvent.self) { value throws in log.add(value.number) }
            bus.subscribe(to: SampleEvent.self) { value async throws in log.add(-value.number) }
            try await bus.publish(SampleEvent(number: 1))
            try await bus.publish([SampleEvent(number: 2), SampleEvent(number: 3)])
            let payload = try Event(SampleEvent(number: 4)).payload
            try await bus.publish(Event(type: SampleEvent.eventType, schemaVersion: 2, payload: payload))
            try await bus.publish(Event(type: SampleEvent.eventType, schemaVersion: 1, payload: payload))
            try await bus.publish(Event(type: "another", schemaVersion: 2, payload: payload))
            try expect("the values", log.entries, is: [1, -1, 2, -2, 3, -3, 4, -4])
        },
        BusRule("publish.forms", "a name with data and a dictionary become events; a dictionary without a type is refused") { bus in
            let log = EventLog()
            bus.subscribe(to: "#") { event throws in log.add(event) }
            try await bus.publish("a.named", data: ["total": 3])
            try await bus.publish(dictionary: ["type": "a.typed", "total": 3])
            try await bus.publish(dictionary: ["event_type": "a.legacy", "total": 3])
            try expect("the types", log.events.map(\.type), is: ["a.named", "a.typed", "a.legacy"])
            for event in log.events { try expect("the data of \(event.type)", event.payload.bytes, is: Array(#"{"total":3}"#.utf8)) }
            try await expect(.invalidValue, from: "a dictionary without a type") { try await bus.publish(dictionary: ["total": 3]) }
            try await expect(.invalidValue, from: "no dictionary") { try await bus.publish(dictionary: [1, 2]) }
            try expect("nothing more", log.events.count, is: 3)
        },
        BusRule("publish.order", "the handlers of an event run in the order of subscription, one after the other") { bus in
            let log = Log<String>()
            for number in 1...4 {
                if number % 2 == 0 {
                    bus.subscribe(to: "t", named: "\(number)") { _ throws in log.add("\(number)") }
                } else {
                    bus.subscribe(to: "t", named: "\(number)") { _ async throws in
                        log.add("\(number) begins")
                        for _ in 1...10 { await Task.yield() }
                        log.add("\(number) ends")
                    }
                }
            }
            try await bus.publish(Event(type: "t"))
            try expect("the calls", log.entries, is: ["1 begins", "1 ends", "2", "3 begins", "3 ends", "4"])
        },
        BusRule("publish.waits", "publishing returns when every handler has done its work") { bus in
            let log = EventLog()
            bus.subscribe(to: "t") { event async throws in
                try await ContinuousClock().sleep(for: .milliseconds(5))
                log.add(event)
            }
            for number in 1...3 {
                try await bus.publish(Event(type: "t"))
                try expect("the events that were handled", log.events.count, is: number)
            }
        },
        BusRule("publish.batch", "a batch is published in its order, and its receipt names its events in that order") { bus in
            let log = EventLog()
            bus.subscribe(to: "t") { event async throws in
                await Task.yield()
                log.add(event)
            }
            let events = events(20)
            let receipt = try await bus.publish(events)
            try expect("the handled events", log.events.map(\.id), is: events.map(\.id))
            try expect("the ids in the receipt", receipt.events, is: events.map(\.id))
            let nothing = try await bus.publish([Event]())
            try expect("no event and no call for an empty batch", nothing.events.isEmpty && nothing.calls.isEmpty)
        },
        BusRule("publish.receipt", "the receipt contains the result of each handler, by event and in the order of the calls") { bus in
            bus.subscribe(to: "t", named: "first") { _ throws in }
            bus.subscribe(to: "t", named: "second") { _ async throws in throw HandlerError() }
            bus.subscribe(to: "other", named: "third") { _ throws in }
            let events = events(2)
            let receipt = try await bus.publish(events)
            let calls = receipt.calls.map { "\($0.handler) \($0.event) \(words($0.result))" }
            let expected = events.flatMap { ["first \($0.id) handled", "second \($0.id) failed"] }
            try expect("the calls", calls, is: expected)
            try expect("the failures", receipt.failures.map(\.event.id), is: events.map(\.id))
        },
        BusRule("publish.publishers", "a publisher's events reach each handler in their order, whatever other publishers do") { bus in
            let log = EventLog()
            bus.subscribe(to: "#") { event async throws in
                await Task.yield()
                log.add(event)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 1...6 {
                    group.addTask {
                        for event in events(30, try EventType("p\(publisher)")) { try await bus.publish(event) }
                    }
                }
                try await group.waitForAll()
            }
            let groups = Dictionary(grouping: log.events, by: \.type)
            for publisher in 1...6 {
                let numbers = groups[try EventType("p\(publisher)")]?.map(\.schemaVersion) ?? []
                try expect("the events of publisher \(publisher)", numbers, is: Array(1...30))
            }
        },
        BusRule("publish.cancelled", "cancelling the publisher loses no event: every handler is still called for it") { bus in
            let (log, gate) = (EventLog(), Gate())
            bus.subscribe(to: "t") { event async throws in
                await gate.pass()
                log.add(event)
            }
            bus.subscribe(to: "t") { event async throws in log.add(event) }
            bus.subscribe(to: "t") { event throws in log.add(event) }
            let events = events(2)
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { gate.open() }
                group.addTask { try await bus.publish(events) }
                try await gate.wait(for: 1)
                group.cancelAll()
                gate.open()
                try await group.waitForAll()
            }
            try expect("both events with each handler", log.events.map(\.id), is: events.flatMap { [$0.id, $0.id, $0.id] })
        },
    ]

    private static func words(_ result: PublishReceipt.Call.Result) -> String {
        switch result {
        case .handled: "handled"
        case .deferred: "deferred"
        case .failed: "failed"
        }
    }
}

/// The error of failing handlers in the rules.
struct HandlerError: Error {}
