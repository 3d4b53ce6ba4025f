import FlxCore
import FlxEvents
import FlxSQLite
import Foundation

/// A comparison of the answers during failures with the data on a working medium.
struct MediumJudgement {
    let folder: String
    let seed: UInt64
    let answer: MediumTask.Answer

    func judgeAppends() async throws {
        let path = folder + "/events.db"
        let acknowledged = answer.numbers("ok").union(answer.numbers("again"))
        if !FileManager.default.fileExists(atPath: path) { return try require(acknowledged.isEmpty, "the store is gone") }
        try await withSQLiteEventStore(.init(path: path)) { store in
            let faults = try await store.verify { _, _ in }.faults
            try require(faults.isEmpty, "verification found \(faults.prefix(2))")
            var known: Int64 = 0
            for number in 1...EnduringChild.appends {
                let events = Batch(seed: seed, writer: 0, number: number).events
                var kept = 0
                for event in events where try await store.event(event.id) != nil { kept += 1 }
                known += Int64(kept)
                try require(kept == 0 || kept == events.count, "append \(number) is there in part")
                try require(kept > 0 || !acknowledged.contains(number), "append \(number) was acknowledged and is lost")
                guard kept > 0, !acknowledged.contains(number), let code = refusal(of: number) else { continue }
                throw Broken("append \(number) was refused as \(code), nothing kept, and is there")
            }
            try require(try await store.lastPosition().value == known, "there are events that nobody appended")
            let point = answer.numbers("point").max() ?? 0
            try require(try await store.checkpoint("endures")?.value ?? 0 >= point, "a checkpoint at \(point) was acknowledged and is lost")
            _ = try await store.append(Batch(seed: seed, writer: 0, number: EnduringChild.appends + 1).writes, unless: nil)
        }
        try requireThatItGoesOn()
    }

    /// Returns the code of an append's error if nothing was kept for certain; nil if the outcome is unknown.
    private func refusal(of number: Int) -> String? {
        let line = answer.lines.first { $0.hasPrefix("error \(number) ") }
        return line.map { String($0.split(separator: " ")[2]) }.flatMap { $0 == "unknown" ? nil : $0 }
    }

    /// Requires that after one fault the store continues, or says that it must be opened again.
    private func requireThatItGoesOn() throws {
        guard [.fails, .tears].contains(answer.mode), let first = answer.lines.firstIndex(where: { $0.hasPrefix("error ") }) else {
            return
        }
        let later = answer.lines[first...].filter { $0.hasPrefix("ok ") || $0.hasPrefix("error ") }.dropFirst()
        guard later.count > 2, !later.contains(where: { $0.hasPrefix("ok ") }), let last = later.last else { return }
        try require(last.contains("open"), "one fault, and every append after it is refused, with no word on what to do: \(last)")
    }
}
