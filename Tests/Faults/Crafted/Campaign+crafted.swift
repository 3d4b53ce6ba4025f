import ChildProcesses
import FlxCore
import Foundation

extension Campaign {
    /// Files, archives and manifests with extreme values in every field. They must be reported or read correctly, and
    /// do no harm.
    static let crafted = Campaign(name: "crafted") { terms in
        let base = CraftedStore(folder: terms.folder)
        try await base.make(seed: terms.seed)
        let figures = try await Crafting(terms: terms).run()
        try require(figures.broken.isEmpty, figures.complaint)
        for plant in ["believes", "traps", "hangs", "touches"] {
            let seen = try await Crafting(terms: terms, plant: plant).run().broken
            try require(!seen.isEmpty, "a store that \(plant) went unnoticed")
        }
        return "\(figures.text), no trap, no statement run, no other file touched; four planted faults were seen"
    }
}

/// The results of a run's crafted files.
private struct CraftFigures {
    var counts: [String: Int] = [:]
    var broken: [String] = []

    var text: String {
        let variants = counts["variants"] ?? 0
        let words = counts.filter { !["variants", "cannot be made"].contains($0.key) }.sorted { $0.value > $1.value }
            .map { "\($0.value) \($0.key)" }
        return "\(variants) files, \(words.joined(separator: ", "))"
    }

    /// The kinds of broken promises, each with its number and its first case.
    var complaint: String {
        let kinds = Dictionary(grouping: broken) { line in line.split(separator: " ").dropFirst().prefix(8).joined(separator: " ") }
        return "\(broken.count) broken in \(text):\n" + kinds.sorted { $0.value.count > $1.value.count }.prefix(40).map {
            "  \($0.value.count) × \($0.value[0].prefix(600))"
        }.joined(separator: "\n")
    }
}

/// Two processes sharing the variants. Each is started again after the deed that ended it.
private struct Crafting {
    private static let workers = 2
    let terms: Terms
    var plant = ""

    func run() async throws -> CraftFigures {
        try await withThrowingTaskGroup(of: CraftFigures.self) { group in
            for worker in 0..<(plant.isEmpty ? Self.workers : 1) { group.addTask { try await work(worker) } }
            var sum = CraftFigures()
            for try await part in group {
                sum.broken += part.broken
                sum.counts.merge(part.counts) { $0 + $1 }
            }
            return sum
        }
    }

    private func work(_ worker: Int) async throws -> CraftFigures {
        var (figures, first, deed) = (CraftFigures(), worker, 0)
        let last = plant.isEmpty ? Int.max : 2
        while true {
            let numbers = [worker, Self.workers, first, deed, last].map { "\($0)" }
            let role = ["craft", terms.folder, "\(terms.seed)", terms.isFull ? "full" : "short"] + numbers + (plant.isEmpty ? [] : [plant])
            let variables = ["SWIFT_BACKTRACE": "enable=no"]
            let ending = try await ChildProcess(role: role, variables: variables, limit: .seconds(terms.isFull ? 7_200 : 550)).end()
            let lines = ending.output.split(separator: "\n")
            figures.broken += lines.filter { $0.hasPrefix("broken ") }.map { String($0.dropFirst(7)) }
            for line in lines where line.hasPrefix("result ") { figures.counts[String(line.dropFirst(7)), default: 0] += 1 }
            if lines.last == "end" { return figures }
            guard ending.status < 0, let at = lines.last(where: { $0.hasPrefix("at ") })?.split(separator: " ", maxSplits: 4), at.count > 3,
                let index = Int(at[1]), let number = Int(at[2])
            else {
                throw Broken("a process with crafted files ended with \(ending.status): \(ending.output.suffix(500))\(ending.errors)")
            }
            let kind = ending.status == -SIGALRM ? "hung" : "was ended by signal \(-ending.status)"
            let reason = ending.errors.split(separator: "\n").first { $0.contains("rror") }.map { ": \($0.suffix(200))" } ?? ""
            figures.broken.append("\(index) \(at[3]) \(kind)\(reason) [\(at.count > 4 ? at[4] : "")]")
            guard figures.broken.count < 2_000 else { return figures }
            (first, deed) = (index, number + 1)
        }
    }
}
