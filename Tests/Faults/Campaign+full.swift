import FlxCore
import FlxSQLite
import Foundation

extension Campaign {
    /// No space left, by a limit on file sizes and on a small disk. Nothing of a failed append may be kept, and the
    /// store must continue later.
    static let fullDisks = Campaign(name: "full") { terms in
        signal(SIGXFSZ, SIG_IGN)
        var figures: [String] = []
        let before = fileSizeLimit()
        // Each time, the space ends at another byte of a commit.
        let rounds = terms.count(full: 60, short: 12)
        var random = terms.random
        for round in 0..<rounds {
            let limit = rlim_t((3 << 20) + Int.random(in: 0..<16_384, using: &random))
            let limited = try await fill("\(terms.folder)/limited-\(round).db", terms) {
                setFileSizeLimit(limit)
            } free: {
                setFileSizeLimit(before)
            }
            if round == 0 { figures.append("\(rounds) file-size limits, the first: \(limited)") }
        }
        let folder = "\(terms.folder)/small"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard geteuid() == 0, try await system("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder) else {
            return (figures + ["left out: a small disk needs root"]).joined(separator: "; ")
        }
        do {
            figures += try await smallDisk(folder, terms)
            try await system("umount", folder)
            return figures.joined(separator: "; ")
        } catch {
            try await system("umount", folder)
            throw error
        }
    }

    private static func smallDisk(_ folder: String, _ terms: Terms) async throws -> [String] {
        let ballast = "\(folder)/ballast"
        try Data(count: 3 << 20).write(to: URL(fileURLWithPath: ballast))
        let small = try await fill("\(folder)/events.db", terms) {} free: {
            try? FileManager.default.removeItem(atPath: ballast)
        }
        try await readOnlyMedium(folder)
        return ["small disk: \(small)", "a medium that cannot be written is read, and refuses writers"]
    }

    /// Appends until no space is left, frees some and continues.
    private static func fill(_ path: String, _ terms: Terms, limit: () -> Void, free: () -> Void) async throws -> String {
        try await withSQLiteEventStore(.init(path: path)) { store in
            var (ledger, number) = (Ledger(seed: terms.seed), 1)
            limit()
            // The limit applies to the whole process, and other campaigns follow.
            defer { free() }
            while await error({ try await append(number, to: store, terms) }) == nil { number += 1 }
            for _ in 1...3 {
                let error = await error { try await append(number, to: store, terms) }
                try require(error?.code == .storageFull, "a full disk gave \(error.map { "\($0)" } ?? "no error")")
            }
            ledger.note("0 \(number - 1)")
            try require(try await ledger.audit(store).lost == 0, "an append is lost on a full disk")
            free()
            for more in number..<number + 20 { try await append(more, to: store, terms) }
            ledger.note("0 \(number + 19)")
            let audit = try await ledger.audit(store)
            try require(audit.lost == 0, "an append is lost after space was freed")
            return "\(number - 1) appends, then refused, then 20 more"
        }
    }

    private static func append(_ number: Int, to store: SQLiteEventStore, _ terms: Terms) async throws {
        _ = try await store.append(Batch(seed: terms.seed, writer: 0, number: number).writes, unless: nil)
    }

    private static func readOnlyMedium(_ folder: String) async throws {
        try require(try await system("mount", "-o", "remount,ro", folder), "the small disk cannot be made read-only")
        let path = "\(folder)/events.db"
        let refusal = await error { _ = try await SQLiteEventStore.open(.init(path: path)) }
        try require(refusal?.code == .readOnly, "opening for writing on a read-only medium gave \(refusal.map { "\($0)" } ?? "a store")")
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            let last = try await store.lastPosition()
            try require(last > .start, "a read-only medium shows no events")
            let read = try await store.read(.everything, .backward, limit: 1).events.first?.position
            try require(read == last, "the last event cannot be read")
        }
    }

    private static func error(_ body: () async throws -> Void) async -> FlxError? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? FlxError) ?? FlxError(.io, "another error", cause: error)
        }
    }

    private static func fileSizeLimit() -> rlim_t {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        return limit.rlim_cur
    }

    private static func setFileSizeLimit(_ bytes: rlim_t) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        limit.rlim_cur = bytes
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    }
}
