extension Rule {
    /// What sources do not call, and what they do instead.
    private static let banned: [(call: String, instead: String)] = [
        ("Date()", "ask the injected EventClock"),
        ("Date.now", "ask the injected EventClock"),
        ("clock_gettime(", "ask the injected EventClock"),
        ("Task.sleep(", "ask the injected EventClock"),
        ("print(", "write through the console of flx, or log"),
        ("try!", "throw the error on"),
        ("fatalError(", "throw an FlxError; a broken promise of our own code is a `precondition`"),
        ("Task {", "keep the work in a scope: a task group or a Service; where it is awaited on the spot, write `await Task {`"),
        ("Task.detached", "keep the work in a scope: a task group or a Service"),
        ("DispatchQueue", "use structured concurrency"),
        (".random(", "take the injected random generator"),
    ]

    /// The places where a banned call is at home, each for the reason that stands behind it.
    private static let homes: [(path: String, call: String)] = [
        // The system's clock is read here, and injected everywhere else.
        ("Sources/FlxCore/Event/EventClock+system.swift", "clock_gettime("),
        // Work that must outlive its caller's patience or its caller's cancellation; both are waited for in their scope.
        ("Sources/FlxEvents/Dispatch/Deadline.swift", "Task {"),
        ("Sources/FlxEvents/Dispatch/Shield.swift", "Task {"),
        // All of the program: its end is the end of the process.
        ("Sources/FlxCommand/Program.swift", "Task {"),
        // Signals are received while the command holds every thread of Swift's tasks.
        ("Sources/FlxCommand/Program.swift", "DispatchQueue"),
        // SQLite waits for the disk, which must block no thread of Swift's tasks.
        ("Sources/FlxSQLite/Connection/Offload.swift", "DispatchQueue"),
    ]

    static let bannedCalls = Rule(name: "sources leave the banned calls alone") { tree in
        tree.sources.flatMap { file in
            file.codeLines.enumerated().flatMap { index, line in
                banned.filter { line.callsByName($0.call) }
                    .filter { banned in !homes.contains { $0 == (file.path, banned.call) } }
                    .map { file.violation(index + 1, "`\($0.call)` is banned in Sources: \($0.instead)") }
            }
        }
    }

    static let uncheckedSendable = Rule(name: "an unchecked Sendable has a written reason") { tree in
        tree.sources.flatMap { file in
            file.codeLines.indices.filter { file.codeLines[$0].contains("@unchecked Sendable") }
                .filter { index in
                    !file.lines[max(0, index - 4)...index].contains { $0.contains("//") && $0.contains("nchecked") }
                }
                .map { file.violation($0 + 1, "no reason for `@unchecked Sendable`: say \"Unchecked: …\" above it, or use a Mutex") }
        }
    }
}

extension Substring {
    /// Whether the code has the call as a name of its own: `print(` is not in `fingerprint(` nor in `output.print(`.
    fileprivate func callsByName(_ call: String) -> Bool {
        ranges(of: call).contains { range in
            guard let before = self[..<range.lowerBound].last else { return true }
            // A task that is awaited on the spot is not loose.
            if call == "Task {", self[..<range.lowerBound].hasSuffix("await ") { return false }
            return call.hasPrefix(".") || !(before.isLetter || before.isNumber || before == "_" || before == ".")
        }
    }
}
