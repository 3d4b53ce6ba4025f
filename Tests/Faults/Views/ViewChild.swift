import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation

/// The process to be killed while it feeds or rebuilds views during writes.
enum ViewChild {
    /// `project PATH rebuild|follow WRITES-A-SECOND [MARK]`
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 3, let pace = Int(arguments[2]) else { exit(64) }
        do {
            let store = try await SQLiteEventStore.open(.init(path: arguments[0]))
            let marks = arguments.count > 3 ? try Marks(arguments[3]) : Marks()
            let tables = try MarkedView.tables(in: store, marks)
            let runners = [ViewRunner(MarkedView.documents(in: store, marks)), ViewRunner(tables)]
            say("begun")
            try await withThrowingTaskGroup(of: Void.self) { group in
                let subscriptions = try SubscriptionGroup(store: store) {
                    Subscription(view: MarkedView.documents(in: store, marks))
                    Subscription(view: tables)
                }
                group.addTask { try await subscriptions.run() }
                for runner in runners where arguments[1] == "rebuild" {
                    group.addTask { while true { try await runner.rebuild() } }
                }
                group.addTask { try await write(store, pace) }
                try await group.waitForAll()
            }
        } catch {
            say("failed: \(error)")
            exit(3)
        }
    }

    private static func write(_ store: SQLiteEventStore, _ pace: Int) async throws {
        var random = SeededGenerator(seed: SeededGenerator.freshSeed())
        while true {
            try await Movement.fill(store, max(1, pace / 100), accounts: 50, &random)
            try await ContinuousClock().sleep(for: .milliseconds(10))
        }
    }
}
