import FlxEvents

/// A part of the demonstration: an event that no handler accepts is parked, corrected and retried.
struct DemoParking {
    private struct NotANumber: Error, CustomStringConvertible {
        let description = "the total of the order is no number"
    }

    let stage: DemoStage

    /// Records three orders, one of them broken, and bills them by a durable subscription.
    func show(_ store: OperatedStore, _ sheet: inout Sheet) async throws {
        try stage.step(3, "Park", "a durable subscription bills orders; what it cannot handle is put aside, corrected and retried")
        let orders = try [("one", EventValue.int(120)), ("two", "eighty"), ("three", .int(15))].map { name, total in
            try Event(type: "order.placed", data: ["order": .string(name), "total": total])
        }
        let places = try await store.append(orders, to: "orders").places
        let billed = DemoTotal()
        let runner = try runner(on: store, billed)
        let parking = runner.parking
        try await work(runner) { try await parking.count() == 1 && billed.count == 2 }
        guard let parked = try await parking.events(limit: 1).first else { throw Failure(.failure, "nothing was parked; please report it") }
        try stage.line("2 of 3 orders are billed, \(billed.sum) in all; parked at position \(parked.position): \(parked.error)")
        let payload = try Payload.json(["order": "two", "total": 80] as EventValue)
        let correction = try await parking.edit(at: parked.position, payload: payload, reason: "a word for a number", by: "demo")
        let isLinked = correction.causationID == orders[1].id && parked.position == places[1].position
        try stage.line("corrected by a new event, which names the old one as its cause; the old one stays in the log")
        try await runner.retryParked(.all, by: "demo")
        let left = try await parking.count()
        try stage.line("retried: \(billed.count) orders are billed, \(billed.sum) in all; \(left) parked")
        sheet.add("billed", "billed", Int64(billed.sum))
        sheet.add("parked", "parked", Int64(left))
        guard isLinked, left == 0, billed.sum == 215 else {
            throw Failure(.failure, "the demonstration found a difference; please report it")
        }
    }

    private func runner(on store: OperatedStore, _ billed: DemoTotal) throws -> SubscriptionRunner {
        var policy = SubscriptionPolicy()
        policy.retry = .immediate(attempts: 2)
        let bills = Subscription("bills", to: .types("order.placed"), policy: policy) { recorded in
            guard let total = try recorded.event.value["total"]?.int else { throw NotANumber() }
            billed.add(Int(total))
        }
        return try SubscriptionRunner(bills, on: store, logger: DemoTour.silence)
    }

    /// Runs the subscription until it has done its work.
    private func work(_ runner: SubscriptionRunner, until isDone: () async throws -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await runner.run() }
            while try await !isDone() { try await ContinuousClock().sleep(for: .milliseconds(1)) }
            group.cancelAll()
        }
    }
}
