import FlxCore
import FlxEvents

extension EventBusRules {
    /// The rules about closing.
    static let closing: [BusRule] = [
        BusRule("close.calls", "a closed bus publishes nothing, and takes handlers without ever calling them") { bus in
            let log = EventLog()
            bus.subscribe(to: "t") { event throws in log.add(event) }
            try expect("nothing unfinished", await bus.close(within: .seconds(10)), is: [])
            bus.subscribe(to: "t") { event throws in log.add(event) }.cancel()
            bus.subscribe(to: "t") { event throws in log.add(event) }
            try await expect(.closed, from: "publishing") { try await bus.publish(Event(type: "t")) }
            try await expect(.closed, from: "publishing a batch") { try await bus.publish([Event(type: "t"), Event(type: "t")]) }
            try expect("nothing unfinished at the second end", await bus.close(within: .seconds(10)), is: [])
            try expect("no call", log.events.count, is: 0)
        },
        BusRule("close.waits", "the end waits until the events under way are handled") { bus in
            let (log, gate) = (EventLog(), Gate())
            bus.subscribe(to: "t") { _ async throws in await gate.pass() }
            bus.subscribe(to: "t") { event async throws in log.add(event) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { gate.open() }
                group.addTask { try await bus.publish(Event(type: "t")) }
                try await gate.wait(for: 1)
                group.addTask {
                    try expect("nothing unfinished", await bus.close(within: .seconds(600)), is: [])
                    try expect("the event, handled before the end returned", log.events.count, is: 1)
                }
                for _ in 1...50 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
        },
        BusRule("close.follow-ups", "events published by handlers while the bus ends are handled before the end returns") { bus in
            let (log, gate) = (EventLog(), Gate())
            bus.subscribe(to: "first") { event async throws in
                await gate.pass()
                if event.type == "first" { try await bus.publish(Event(type: "second")) }
            }
            bus.subscribe(to: "second") { event throws in log.add(event) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { gate.open() }
                group.addTask { try await bus.publish(Event(type: "first")) }
                try await gate.wait(for: 1)
                group.addTask {
                    try expect("nothing unfinished", await bus.close(within: .seconds(600)), is: [])
                    try expect("the second event, handled before the end returned", log.events.count, is: 1)
                }
                for _ in 1...50 { await Task.yield() }
                gate.open()
                try await group.waitForAll()
            }
        },
        BusRule("close.unfinished", "the end does not wait longer than its limit, and names the handlers still running") { bus in
            try await Gate.lend { gate in
                bus.subscribe(to: "t", named: "slow") { _ async throws in await gate.pass() }
                bus.subscribe(to: "u", named: "idle") { _ async throws in }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await bus.publish(Event(type: "t")) }
                    try await gate.wait(for: 1)
                    let unfinished = await bus.close(within: .milliseconds(5))
                    gate.open()
                    try expect("the handlers that still run", unfinished.map(\.handler), is: ["slow"])
                    try expect("their calls", unfinished.map(\.calls), is: [1])
                    try await group.waitForAll()
                }
            }
        },
    ]
}
