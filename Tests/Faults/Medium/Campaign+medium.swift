import ChildProcesses
import FlxTesting
import Foundation

extension Campaign {
    /// Each call on the files fails once or permanently, or ends the process. Nothing acknowledged may be lost, and
    /// errors must be true.
    static let medium = Campaign(name: "medium") { terms in
        guard let folder = realpath(terms.folder, nil).map({ String(cString: $0) }), let shim = try await Shim.make(in: folder) else {
            return Shim.leftOut
        }
        let trial = MediumTrial(shim: shim, folder: folder, terms: terms)
        var (broken, figures, random) = ([String](), [String](), terms.random)
        for task in MediumTask.all {
            let short = task.name.hasPrefix("append") ? 36 : task.isReading ? 16 : 11
            let (calls, faults, failures) = try await trial.run(task, most: terms.count(full: .max, short: short), &random)
            figures.append("\(task.name) \(faults) at \(calls) calls")
            broken += failures
        }
        let kinds = Dictionary(grouping: broken) { $0.prefix { $0 != "," } + $0.filter { !$0.isNumber }.suffix(60) }
        try require(broken.isEmpty, "\(broken.count) broken in \(figures.joined(separator: ", ")):\n" + kinds.values.prefix(30).map {
            "  \($0.count) × \($0[0].prefix(500))"
        }.joined(separator: "\n"))
        let lying = try await trial.run(.appending(dying: false, plant: ["lies"]), most: 6, onlyFlushes: true, &random)
        try require(!lying.2.isEmpty, "a store that acknowledges what failed went unnoticed")
        let sure = try await trial.run(.appending(dying: true, plant: ["sure"]), most: 24, onlyFlushes: true, &random)
        try require(!sure.2.isEmpty, "a store that says of an unknown outcome that nothing was kept went unnoticed")
        return """
            \(figures.joined(separator: ", ")) failed, none broke a promise; acknowledging what failed, and false certainty, were seen
            """
    }
}

/// Runs tasks with faults.
private struct MediumTrial {
    let shim: Shim
    let folder: String
    let terms: Terms

    /// A fault at one call.
    private struct Fault: CustomStringConvertible {
        let call: Int
        let words: Substring
        let mode: Shim.Mode
        let error: Int32

        /// The call, the kind of file and the mode. Flushes and writes are distinguished from other calls.
        var kind: String { "\(words.prefix { $0 != " " }) \(words.split(separator: "/").last?.suffix(5) ?? "") \(mode)" }

        var isFlush: Bool { words.hasPrefix("fdatasync") || words.hasPrefix("fsync") }

        var description: String { "call \(call) (\(words)) \(mode) \(String(cString: strerror(error)))" }
    }

    /// - Parameter onlyFlushes: True if only flushes of the log fail, with everything after them.
    /// - Returns: The number of calls, the number of faults tried, and the broken promises.
    func run(
        _ task: MediumTask, most: Int, onlyFlushes: Bool = false, _ random: inout SeededGenerator
    ) async throws -> (Int, Int, [String]) {
        let template = "\(folder)/template-\(task.name)"
        try? FileManager.default.removeItem(atPath: template)
        try FileManager.default.createDirectory(atPath: template, withIntermediateDirectories: true)
        try await task.prepare(template, terms)
        let calls = try await self.calls(of: task, template)
        let all = calls.enumerated().flatMap { self.faults(at: $0.offset + 1, $0.element, task) }
        let faults = onlyFlushes ? all.filter { $0.isFlush && $0.mode == .stays && $0.words.hasSuffix("-wal") } : all
        let chosen = Array(Self.mixed(faults, &random).prefix(most))
        let broken = try await withThrowingTaskGroup(of: [String].self) { group in
            for part in 0..<2 {
                group.addTask {
                    var broken: [String] = []
                    for index in stride(from: part, to: chosen.count, by: 2) {
                        do {
                            try await endure(chosen[index], task, template, index)
                        } catch {
                            broken.append("\(task.name), \(chosen[index]): \(error)")
                        }
                    }
                    return broken
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return (calls.count, chosen.count, broken)
    }

    /// Returns the faults in an order that gives each kind its turn before any kind has its next one.
    private static func mixed(_ faults: [Fault], _ random: inout SeededGenerator) -> [Fault] {
        let kinds = Dictionary(grouping: faults.shuffled(using: &random), by: \.kind)
        let turns = kinds.sorted { $0.key < $1.key }.flatMap { kind in
            kind.value.enumerated().map { (turn: $0.offset, fault: $0.element) }
        }
        return Dictionary(grouping: turns, by: \.turn).sorted { $0.key < $1.key }.flatMap { turn in
            // Flushes first, so that a short run covers them.
            let faults = turn.value.map(\.fault).shuffled(using: &random)
            return faults.filter(\.isFlush) + faults.filter { !$0.isFlush }
        }
    }

    /// Returns the calls of a run without a fault.
    private func calls(of task: MediumTask, _ template: String) async throws -> [Substring] {
        let log = "\(folder)/calls-\(task.name)"
        try? FileManager.default.removeItem(atPath: log)
        let run = try fresh(template, "all")
        let variables = shim.variables(run, call: 0, .fails, error: EIO, log: log, readsCount: task.isReading)
        let ending = try await ChildProcess(role: task.role(run, terms), variables: variables).end()
        try require(ending.status == 0, "\(task.name) fails without a fault: \(ending.output)\(ending.errors)")
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        try require(lines.count > 3, "\(task.name): the shim saw \(lines.count) calls")
        return lines.map { $0.split(separator: " ", maxSplits: 1)[1] }
    }

    private func faults(at call: Int, _ words: Substring, _ task: MediumTask) -> [Fault] {
        let isWrite = words.contains("write")
        let names = ["open", "unlink", "rename", "link", "mkdir"].contains { words.hasPrefix($0) }
        // SQLite treats EIO during a read as damage, as for a lost sector. A missing mount is not damage.
        let errors = task.isReading ? [ESTALE] : [EIO, ENOSPC] + (names ? [EACCES, EROFS] : [])
        return Shim.Mode.allCases.flatMap { mode -> [Fault] in
            switch mode {
            case .dies, .diesAfter:
                return task.isReading || task.endsItself ? [] : [Fault(call: call, words: words, mode: mode, error: EIO)]
            case .tears where !isWrite: return []
            case .stays, .tears, .fails: return errors.map { Fault(call: call, words: words, mode: mode, error: $0) }
            }
        }
    }

    private func endure(_ fault: Fault, _ task: MediumTask, _ template: String, _ index: Int) async throws {
        let run = try fresh(template, "\(10_000 + index)")
        defer { try? FileManager.default.removeItem(atPath: run) }
        let variables = shim.variables(run, call: fault.call, fault.mode, error: fault.error, readsCount: task.isReading)
        let ending = try await ChildProcess(role: task.role(run, terms), variables: variables, limit: .seconds(60)).end()
        let isExpected = ending.status >= 0 || ending.status == -SIGKILL
        try require(isExpected, "ended by signal \(-ending.status): \(ending.errors.suffix(300))")
        let lines = ending.output.split(separator: "\n").map(String.init)
        try await task.judge(run, terms, MediumTask.Answer(status: ending.status, lines: lines, mode: fault.mode))
    }

    private func fresh(_ template: String, _ name: String) throws -> String {
        let run = "\(folder)/run-\(name)"
        try? FileManager.default.removeItem(atPath: run)
        try FileManager.default.copyItem(atPath: template, toPath: run)
        return run
    }
}
