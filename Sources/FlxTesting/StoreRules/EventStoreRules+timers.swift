import FlxCore
import FlxEvents

extension EventStoreRules {
    /// The rules about timers.
    static let timers: [StoreRule] = [
        StoreRule("timers.due", "the timers that are due come by their time, and then by the bytes of their names", needs: .state) {
            bench in
            let timers = try Timers("rule", store: bench.stateStore)
            try expect("no timers", try await timers.nextDue(), is: nil)
            let names = ["b", "a", "e\u{301}", "\u{E9}", "B"]
            for (number, name) in names.enumerated() { try await timers.set(name, due: time(number / 2), body: [UInt8(number)]) }
            try await Timers("rule ", store: bench.stateStore).set("other", due: time(0))
            try expect("the first time", try await timers.nextDue(), is: time(0))
            try expect("those of the first time", try await timers.due(by: time(0)).map(\.name), is: ["a", "b"])
            try expect("nothing before", try await timers.due(by: Timestamp(nanoseconds: time(0).nanoseconds - 1)), is: [])
            let all = try await timers.due(by: time(9))
            try expect("all", all.map { Array($0.name.utf8) }, is: ["a", "b", "e\u{301}", "\u{E9}", "B"].map { Array($0.utf8) })
            try expect("what was set with them", all.map(\.body), is: [[1], [0], [2], [3], [4]])
            try expect("the first two", try await timers.due(by: time(9), limit: 2), is: Array(all[..<2]))
            try await timers.set("a", due: time(5))
            try await timers.cancel("b")
            try await timers.cancel("b")
            try expect("those that are left", try await timers.due(by: time(1)).map(\.body), is: [[2], [3]])
            try expect("one that was set anew", try await timers.timer("a")?.due, is: time(5))
            try await timers.set("now", due: try await bench.stateStore.now())
            try expect("those that are due now", try await timers.due().contains { $0.name == "now" })
        },
        StoreRule("timers.once", "the effect of a timer happens once, by any of its enders, and not if it was set anew", needs: .state) {
            bench in
            let timers = try Timers("rule", store: bench.stateStore)
            for number in 0..<8 { try await timers.set("t\(number)", due: time(number)) }
            let due = try await timers.due(by: time(9))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for runner in 0..<6 {
                    group.addTask {
                        for timer in runner.isMultiple(of: 2) ? due : due.reversed() {
                            let change = StoreChange([StreamWrite([Event(type: "t")], to: try StreamName(timer.name))])
                            try await timers.end(timer, with: change)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let streams = try await bench.all().map { $0.event.stream?.description ?? "" }.sorted()
            try expect("an event of each", streams, is: (0..<8).map { "t\($0)" })
            try expect("no timer", try await timers.nextDue(), is: nil)
            try await timers.set("again", due: time(0), body: [7])
            guard let first = try await timers.timer("again") else { throw Mismatch(expected: "the timer that was set", seen: "nil") }
            try expect("the places of nothing", try await timers.end(first, next: time(3)), is: AppendResult(places: []))
            try expect("nothing from one that was read before", try await timers.end(first), is: nil)
            let next = try await timers.timer("again")
            try expect("the next time, with the same body", next?.due == time(3) && next?.body == [7], seen: "\(String(describing: next))")
            let other = StateGuard.absent(StateKey("again", in: StateSpace("timers:rule")))
            try await expect(.stateConflict, from: "an end with a guard that does not hold") {
                try await timers.end(next ?? first, with: StoreChange(if: [other]))
            }
        },
    ]

    private static func time(_ second: Int) -> Timestamp { Timestamp(nanoseconds: Int64(second + 1) * 1_000_000_000) }
}
