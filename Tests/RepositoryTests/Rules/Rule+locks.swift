extension Rule {
    /// What makes another task go on, or runs its cancellation handlers.
    private static let wakings = [
        "continuation.resume(", ".resume()", ".resume(returning", ".resume(throwing", ".resume(with:", ".yield(", ".finish()", ".wake()",
        ".send(", ".ring(", ".cancel()",
    ]

    /// What looks like a waking and is none.
    private static let harmless: [(path: String, call: String)] = [
        // Nobody has the stream yet.
        ("Sources/FlxEvents/Bus/InMemoryEventBus.swift", ".yield("),
        // A part of an archive.
        ("Sources/FlxSQLite/Backup/ArchiveWork.swift", ".finish()"),
    ]

    /// The runtime locks a task while its cancellation handlers run. A handler that takes our lock waits for whoever has it, who waits for
    /// the lock of the task if he wakes or cancels it: both stand still for good.
    static let lockedWakings = Rule(name: "nothing is woken or cancelled under a lock") { tree in
        tree.sources.flatMap { file in
            let code = file.codeLines.joined(separator: "\n")
            return code.ranges(of: "withLock").flatMap { range -> [Violation] in
                let start = code[range.upperBound...].firstIndex { $0 != " " && $0 != "(" }
                guard let start, code[start] == "{" else { return [] }
                let body = code[start...].prefix(upTo: end(of: code[start...]))
                let first = code[..<start].count { $0 == "\n" } + 1
                return body.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
                    wakings.filter(line.contains)
                        .filter { waking in !harmless.contains { $0 == (file.path, waking) } }
                        .map { file.violation(first + index, "`\($0)` under a lock: return what is to be woken, and wake it after") }
                }
            }
        }
    }

    /// The place after the brace that closes the first one.
    private static func end(of code: Substring) -> String.Index {
        var depth = 0
        for index in code.indices {
            switch code[index] {
            case "{": depth += 1
            case "}": depth -= 1
            default: continue
            }
            if depth == 0 { return code.index(after: index) }
        }
        return code.endIndex
    }
}
