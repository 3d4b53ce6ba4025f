import FlxCore
import FlxSQLite
import Foundation

extension Campaign {
    /// No space left: by a limit on the size of files, and on a small disk. Nothing is kept of what failed, and the store goes on later.
    static let fullDisks = Campaign(name: "full") { terms in
        signal(SIGXFSZ, SIG_IGN)
        var figures: [String] = []
        let before = fileSizeLimit()
        let limited = try await fill("\(terms.folder)/limited.db", terms) { setFileSizeLimit(3 << 20) } free: { setFileSizeLimit(before) }
        figures.append("file-size limit: \(limited)")
        guard geteuid() == 0, system("mkdir", "-p", "\(terms.folder)/small"),
            system("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", "\(terms.folder)/small")
        else { return (figures + ["left out: a small disk needs root"]).joined(separator: "; ") }
        defer { system("umount", "\(terms.folder)/small") }
        let ballast = "\(terms.folder)/small/ballast"
        try Data(count: 3 << 20).write(to: URL(fileURLWithPath: ballast))
        let small = try await fill("\(terms.folder)/small/events.db", terms) {} free: {
            try? FileManager.default.removeItem(atPath: ballast)
        }
        figures.append("small disk: \(small)")
        try await readOnlyMedium("\(terms.folder)/small")
        return (figures + ["a medium that cannot be written is read, and refuses writers"]).joined(separator: "; ")
    }

    /// Appends until there is no space, frees some and goes on.
    private static func fill(_ path: String, _ terms: Terms, limit: () -> Void, free: () -> Void) async throws -> String {
        try await withSQLiteEventStore(.init(path: path)) { store in
            var (ledger, number) = (Ledger(seed: terms.seed), 1)
            limit()
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
        try require(system("mount", "-o", "remount,ro", folder), "the small disk cannot be made read-only")
        let path = "\(folder)/events.db"
        let refusal = await error { _ = try await SQLiteEventStore.open(.init(path: path)) }
        try require(refusal?.code == .readOnly, "opening for writing on a read-only medium gave \(refusal.map { "\($0)" } ?? "a store")")
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            let last = try await store.lastPosition()
            try require(last > .start, "a read-only medium shows no events")
            let read = try await store.read(.all, .backward, limit: 1).events.first?.position
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
