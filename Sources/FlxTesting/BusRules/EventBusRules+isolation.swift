import FlxCore
import FlxEvents

extension EventBusRules {
    /// The rules about failing handlers: they do not affect others.
    static let isolation: [BusRule] = [
        BusRule("failure.isolated", "an error of a handler stops no other handler and no publisher") { bus in
            let log = EventLog()
            bus.subscribe(to: "t") { _ throws in throw HandlerError() }
            bus.subscribe(to: "t") { event throws in log.add(event) }
            bus.subscribe(to: "t") { _ async throws in throw HandlerError() }
            bus.subscribe(to: "t") { event async throws in log.add(event) }
            bus.subscribe(to: "t") { _ async throws in throw CancellationError() }
            let events = events(3)
            for event in events { try await bus.publish(event) }
            try expect("the events that were handled", log.events.map(\.id), is: events.flatMap { [$0.id, $0.id] })
        },
        BusRule("failure.reported", "a failure is in the receipt and reported to listeners, with handler, event and error") { bus in
            let failures = bus.failures()
            bus.subscribe(to: "t", named: "broken") { _ async throws in throw HandlerError() }
            let event = Event(type: "t")
            let receipt = try await bus.publish(event)
            try expect("the failed handler in the receipt", receipt.failures.map(\.handler), is: ["broken"])
            var listener = failures.makeAsyncIterator()
            let failure = await listener.next()
            try expect("the handler that the listener is told", failure?.handler, is: "broken")
            try expect("the event", failure?.event.id, is: event.id)
            try expect("the error", failure?.error is HandlerError, seen: "\(failure?.error as Any)")
        },
        BusRule("failure.deadline", "a handler that is not done within its deadline is reported, and nobody waits for it any longer") {
            bus in
            let log = EventLog()
            try await Gate.lend { gate in
                let hasty = HandlerOptions(deadline: .milliseconds(10))
                bus.subscribe(to: "t", named: "slow", options: hasty) { _ async throws in await gate.pass() }
                let patient = HandlerOptions(deadline: .seconds(60))
                bus.subscribe(to: "t", named: "quick", options: patient) { event async throws in log.add(event) }
                let receipt = try await bus.publish(Event(type: "t"))
                try expect("the failed handler", receipt.failures.map(\.handler), is: ["slow"])
                let error = receipt.failures.first?.error as? FlxError
                try expect("the error", error?.code, is: .deadlineExceeded)
                try expect("the event with the other handler", log.events.count, is: 1)
            }
        },
        BusRule("failure.retry", "a failed handler gets as many attempts as its options say, and fails only after the last") { bus in
            let attempts = Log<String>()
            let options = HandlerOptions(retry: .immediate(attempts: 3))
            bus.subscribe(to: "t", named: "at last", options: options) { _ async throws in
                attempts.add("at last")
                if attempts.entries.count < 3 { throw HandlerError() }
            }
            try expect("no failure", try await bus.publish(Event(type: "t")).failures.count, is: 0)
            try expect("three attempts", attempts.entries.count, is: 3)
            bus.subscribe(to: "u", named: "never", options: options) { _ async throws in throw HandlerError() }
            let receipt = try await bus.publish(Event(type: "u"))
            try expect("the attempts of the one that failed", receipt.failures.map(\.attempts), is: [3])
        },
    ]
}
