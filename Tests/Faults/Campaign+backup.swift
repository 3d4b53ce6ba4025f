import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting
import Foundation

extension Campaign {
    /// Backups of both kinds while eight writers of another process append. Each is restored to random positions and
    /// must be a prefix of the log.
    static let backups = Campaign(name: "backup-load") { terms in
        var random = terms.random
        let (path, file, archive) = ("\(terms.folder)/events.db", "\(terms.folder)/copy.db", "\(terms.folder)/archive")
        let writers = try ChildProcess(role: ["write", path, "\(terms.seed)", "full"])
        var ledger = Ledger(seed: terms.seed)
        try await writers.work(microseconds: terms.count(full: 5_000_000, short: 300_000))
        var events: [Int64] = []
        for _ in 0..<terms.count(full: 10, short: 3) {
            // Opened again each time, like a command run beside a service.
            events += try await withSQLiteEventStore(.readOnly(path: path)) { store in
                [try await store.archive(into: archive).events, try await store.backup(to: file).events]
            }
        }
        ledger.note(try await writers.crash())
        let log = try await withSQLiteEventStore(.init(path: path)) { store in
            try require(try await ledger.audit(store).lost == 0, "an append is lost")
            return try await store.lastPosition().value
        }
        let (first, last) = (events.min() ?? 0, events.max() ?? 0)
        try require(last > first && log > last, "the writers stood still: \(events), and \(log) at the end")
        for backup in [archive, file] {
            let end = try await SQLiteEventStore.verify(backup: backup)
            try require(end.faults.isEmpty, "\(backup): \(end.faults.prefix(3))")
            for _ in 0..<20 { try await restore(backup, to: Int64(random.number(in: 1...Int(end.events))), of: path, terms) }
        }
        return "\(events.count) backups of \(first) to \(last) events under 8 writers; 20 restores of each kind equal the log's prefix"
    }

    /// `kill -9` of a process that makes repeated backups. Existing backups must be complete, and contain the events
    /// reported as saved.
    static let backupKills = Campaign(name: "backup-kills") { terms in
        let cycles = terms.count(full: 200, short: 8)
        var (random, number, sizes) = (terms.random, 0, [Int64]())
        let path = "\(terms.folder)/events.db"
        for cycle in 0..<cycles {
            try await withSQLiteEventStore(.init(path: path)) { store in
                for _ in 0..<(cycle == 0 ? 400 : 20) {
                    number += 1
                    _ = try await store.append(Batch(seed: terms.seed, writer: 0, number: number).writes, unless: nil)
                }
            }
            let (role, backup) = cycle % 2 == 0 ? ("backup", "\(terms.folder)/copy.db") : ("archive", "\(terms.folder)/archive")
            let child = try ChildProcess(role: [role, path, backup])
            try await child.work(microseconds: random.number(below: 120_000))
            let words = try await child.crash()
            try require(!words.contains("failed"), words)
            let safe = words.split(separator: "\n").compactMap { Int64($0) }.max() ?? 0
            let report = try await SQLiteEventStore.verify(backup: backup)
            try require(report.faults.isEmpty, "kill \(cycle): \(backup) has \(report.faults.prefix(3))")
            try require(report.events >= safe, "kill \(cycle): \(backup) has \(report.events) events, \(safe) were said to be safe")
            sizes.append(report.events)
            if cycle % 10 < 2 { try await restore(backup, to: report.events, of: path, terms) }
        }
        return "\(cycles) kills at backups of up to \(sizes.max() ?? 0) events: the one before is whole each time"
    }

    /// Archives with flipped bits, and with torn, missing and exchanged parts. Damage must be reported, and no damaged
    /// event restored.
    static let archiveDamage = Campaign(name: "archive-damage") { terms in
        let variants = terms.count(full: 1_000, short: 60)
        let (path, archive) = ("\(terms.folder)/events.db", "\(terms.folder)/archive")
        for run in 0..<4 {
            try await withSQLiteEventStore(.init(path: path)) { store in
                for number in 1...15 {
                    _ = try await store.append(Batch(seed: terms.seed, writer: 0, number: run * 15 + number).writes, unless: nil)
                }
                _ = try await store.archive(into: archive)
            }
        }
        var (random, before) = (terms.random, 0)
        for variant in 0..<variants {
            let (damaged, words) = try spoil(archive, "\(terms.folder)/damaged", &random)
            let target = "\(terms.folder)/restored.db"
            let error = await refusal { _ = try await SQLiteEventStore.restore(damaged, to: target) }
            try require(error?.code == .corrupt, "variant \(variant), \(words): restored, or \(error.map { "\($0)" } ?? "no error")")
            try require(!FileManager.default.fileExists(atPath: target), "variant \(variant), \(words): a file was made")
            let faults = (try? await SQLiteEventStore.verify(backup: damaged))?.faults
            try require(faults.map { !$0.isEmpty } ?? true, "variant \(variant), \(words): verification finds nothing")
            guard let first = faults?.first?.position, first.value > 1 else { continue }
            before += 1
            try await restore(damaged, to: first.value - 1, of: path, terms)
        }
        return "\(variants) damaged archives: each refused and reported; in \(before) the events before the damage were restored"
    }

    /// `kill -9` of a copy, repeated until it is done. Both stores must be equal.
    static let copyKills = Campaign(name: "copy-kills") { terms in
        let copies = terms.count(full: 20, short: 2)
        let path = "\(terms.folder)/events.db"
        let end = try await withSQLiteEventStore(.init(path: path)) { store in
            for number in 1...terms.count(full: 600, short: 150) {
                _ = try await store.append(Batch(seed: terms.seed, writer: 0, number: number).writes, unless: nil)
            }
            return try await store.lastPosition().value
        }
        var (random, kills) = (terms.random, 0)
        for copy in 0..<copies {
            let target = "\(terms.folder)/copy-\(copy).db"
            // Each run first compares the existing events. With a little more time per run, the copy completes.
            var (words, patience) = ("", 20_000)
            while !words.contains("same") {
                let child = try ChildProcess(role: ["copy", path, target])
                try await child.work(microseconds: random.number(below: patience))
                words = try await child.crash()
                try require(!words.contains("failed"), words)
                if !words.contains("same") { kills += 1 }
                patience += 20_000
                try require(patience < 60_000_000, "the copy does not come to its end")
            }
            try await withSQLiteEventStore(.readOnly(path: path)) { source in
                try await withSQLiteEventStore(.init(path: target)) { store in
                    let prefix = try await source.commonPrefix(with: store)
                    try require(prefix.end == .both && prefix.sum.events == end, "copy \(copy) ends as \(prefix)")
                    try require(try await store.verify { _, _ in }.faults.isEmpty, "copy \(copy) has faults")
                }
            }
        }
        try require(kills > 0, "no kill fell into a copy")
        return "\(copies) copies of \(end) events, killed \(kills) times: all equal"
    }
}

// MARK: Parts

/// Restores a backup to a position, and compares the result with the log.
private func restore(_ backup: String, to position: Int64, of path: String, _ terms: Terms) async throws {
    let target = "\(terms.folder)/at-\(position)-\(UUID().uuidString).db"
    defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: target + suffix) } }
    _ = try await SQLiteEventStore.restore(backup, to: target, upTo: .position(Position(position)))
    try await withSQLiteEventStore(.readOnly(path: path)) { store in
        try await withSQLiteEventStore(.readOnly(path: target)) { restored in
            let prefix = try await restored.commonPrefix(with: store, by: .records)
            let isPrefix = prefix.sum.events == position && (prefix.end == .both || prefix.end == .first)
            try require(isPrefix, "\(backup) at \(position): \(prefix)")
        }
    }
}

/// Makes a damaged copy of an archive.
private func spoil(_ archive: String, _ copy: String, _ random: inout SeededGenerator) throws -> (String, String) {
    let files = FileManager.default
    try? files.removeItem(atPath: copy)
    try files.copyItem(atPath: archive, toPath: copy)
    let names = try files.contentsOfDirectory(atPath: copy).sorted()
    let name = random.pick(names)
    let path = "\(copy)/\(name)"
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let place = random.number(below: bytes.count)
    let words: String
    switch random.number(below: 5) {
    case 0, 1:
        bytes[place] ^= 1 << UInt8(random.number(below: 8))
        words = "\(name), a bit flipped at \(place)"
    case 2:
        bytes.removeLast(bytes.count - place)
        words = "\(name), torn at \(place)"
    case 3 where name.hasSuffix(".part"):
        try files.removeItem(atPath: path)
        return (copy, "\(name) is missing")
    default:
        let parts = names.filter { $0.hasSuffix(".part") && $0 != name }
        let other = random.pick(parts)
        bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(copy)/\(other)")))
        words = "\(name), with the bytes of \(other)"
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return (copy, words)
}

private func refusal(_ body: () async throws -> Void) async -> FlxError? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? FlxError) ?? FlxError(.io, "another error", cause: error)
    }
}
