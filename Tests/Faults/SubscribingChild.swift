import FlxCore
import FlxEvents
import FlxSQLite
import Foundation
import Logging

/// The process to be killed while it processes a log. It records each handled event in a journal.
enum SubscribingChild {
    static let name = "campaign"

    /// `subscribe PATH JOURNAL MARK EVENTS [ahead]`: ends by itself when all events up to number EVENTS are done. With
    /// `ahead`, a planted fault, an event is not recorded although it counts as handled.
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 4, let count = Int(arguments[3]) else { exit(64) }
        let isAhead = arguments.contains("ahead")
        let journal = open(arguments[1], O_WRONLY | O_CREAT | O_APPEND, 0o644)
        do {
            let file = try await SQLiteEventStore.open(.init(path: arguments[0]))
            let marks = try Marks(arguments[2])
            let store = MarkedStore(file, marks)
            let runner = try SubscriptionRunner(
                subscription { recorded in
                    marks.pass("handle.before")
                    let number = try Order.number(of: recorded)
                    if number % 97 == 0 { throw Broken("poisoned") }
                    if !(isAhead && number % 50 == 3) {
                        let line = Array("\(number)\n".utf8)
                        _ = write(journal, line, line.count)
                    }
                    marks.pass("handle.after")
                }, on: store, logger: Logger(label: "campaign") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                while try await file.checkpoint("subscription:" + name)?.value ?? 0 < count {
                    try await ContinuousClock().sleep(for: .milliseconds(1))
                }
                group.cancelAll()
            }
        } catch {
            say("failed: \(error)")
            exit(3)
        }
        exit(0)
    }

    static func subscription(_ handler: @escaping Subscription.Handler) -> Subscription {
        var policy = SubscriptionPolicy()
        policy.parallelism = 3
        policy.retry = .immediate(attempts: 2)
        policy.pageSize = 20
        policy.parking = .keyWaits
        return Subscription(name, to: .prefix("order-"), policy: policy, handler: handler)
    }
}

/// The events of the campaign.
enum Order {
    static func event(_ number: Int) -> Event {
        Event(type: "order.placed", payload: Payload(unchecked: Array(#"{"number":\#(number)}"#.utf8), form: .json, contentType: nil))
    }

    static func stream(_ number: Int) -> StreamName { "order-\(number % 13)" }

    static func number(of recorded: RecordedEvent) throws -> Int {
        guard let number = try recorded.event.value["number"]?.int else { throw Broken("an event without a number: \(recorded)") }
        return Int(number)
    }

    /// Appends `count` events to a store, 1,000 in each append.
    static func fill(_ store: some EventStore, _ count: Int) async throws {
        for start in stride(from: 1, through: count, by: 1_000) {
            let numbers = start...min(start + 999, count)
            _ = try await store.append(numbers.map { StreamWrite([event($0)], to: stream($0)) }, unless: nil)
        }
    }
}
