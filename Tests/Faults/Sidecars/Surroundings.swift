import FlxCore
import FlxSQLite
import Foundation

/// The files at a path and beside it before a deed.
struct Surroundings: CustomStringConvertible {
    /// The file itself.
    enum Main: String, CaseIterable {
        case absent, backup, empty, text, store
        /// A killed store with the last of its events in its write-ahead log.
        case hotLog
        /// A store without a write-ahead log, killed within a transaction.
        case hotJournal
    }

    /// A file beside it.
    enum Side: String, CaseIterable {
        case absent, empty, orphan
    }

    /// The files `.lock`, which belongs to nobody, and `.partial-1`.
    enum Mark: String, CaseIterable {
        case absent, stale, precious, link
    }

    /// The kind of path to the file.
    enum Path: String, CaseIterable {
        case plain, link, dangling, hardLink
    }

    var main = Main.absent
    var log = Side.absent
    var journal = Side.absent
    var hasMemory = false
    var lock = Mark.absent
    var partial = Mark.absent
    var path = Path.plain

    /// All surroundings for making a file.
    static let places: [Surroundings] = product(main: [.absent, .backup, .empty, .text, .store], sides: Side.allCases, paths: Path.allCases)
    /// All surroundings with a store that owns its files.
    static let stores: [Surroundings] = product(
        main: [.store, .hotLog, .hotJournal], sides: [.absent, .empty], paths: [.plain, .link, .hardLink])

    private static func product(main: [Main], sides: [Side], paths: [Path]) -> [Surroundings] {
        var all: [Surroundings] = []
        for main in main {
            for path in paths where (main == .absent) == (path == .dangling) || path == .plain || path == .link && main != .absent {
                // The log or journal of a killed store is found by its only name.
                guard path != .hardLink || main != .hotLog && main != .hotJournal else { continue }
                for log in sides {
                    for journal in sides where (main != .hotLog || log == .absent) && (main != .hotJournal || journal == .absent) {
                        for memory in [false, true] {
                            for lock in Mark.allCases {
                                for partial in Mark.allCases where partial != .stale {
                                    all.append(Surroundings(
                                        main: main, log: log, journal: journal, hasMemory: memory, lock: lock, partial: partial,
                                        path: path))
                                }
                            }
                        }
                    }
                }
            }
        }
        return all
    }

    var description: String {
        """
        \(main) file by a \(path) path, -wal \(log), -journal \(journal), -shm \(hasMemory ? "there" : "absent"), .lock \(lock), \
        .partial-1 \(partial)
        """
    }

    /// Returns true if a name in the folder belongs to the store or to the new file, so that it may change.
    ///
    /// A file with two names must not be opened for writing as a store. A backup may replace one of the names.
    func isOwn(_ name: String) -> Bool {
        switch name {
        case "place.db": path == .plain && main != .text || path == .hardLink && [.backup, .empty].contains(main)
        case "real.db": path != .hardLink && main != .text
        case "place.db-wal", "real.db-wal": log != .orphan
        case "place.db-journal", "real.db-journal": journal != .orphan
        case "place.db-shm", "real.db-shm": true
        case "place.db.partial-1", "real.db.partial-1": partial == .absent
        default: false
        }
    }
}

/// The files for making surroundings.
struct Workshop {
    /// The number of events in each kind of file.
    static let (source, old, hot) = (40, 12, 25)
    let folder: String

    /// Makes one file of each kind.
    init(_ folder: String, seed: UInt64) async throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await fill("source.db", Self.source, tag: "source")
        try await fill("store.db", Self.old, tag: "old")
        try await fill("other.db", 200, tag: "other", killed: "other")
        try await fill("hot.db", Self.hot, tag: "hot", killed: "hotLog")
        try await withSQLiteEventStore(.readOnly(path: folder + "/store.db")) { _ = try await $0.backup(to: folder + "/backup.db") }
        try interrupt("store.db", as: "hotJournal", before: "DELETE FROM events WHERE position > 4")
        try interrupt("source.db", as: "orphan", before: "UPDATE events SET payload = zeroblob(3000)")
    }

    /// Makes a store with `tag` in the ids of its events. With `killed`, also makes a copy as left by a crash.
    private func fill(_ name: String, _ count: Int, tag: String, killed: String? = nil) async throws {
        try await withSQLiteEventStore(.init(path: "\(folder)/\(name)")) { store in
            for number in 1...count {
                let event = try Event(type: "made", data: .string(String(repeating: "x", count: 500)), id: EventID("\(tag)-\(number)"))
                _ = try await store.append([event], to: "s")
            }
            guard let killed else { return }
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: "\(folder)/\(name)\(suffix)", toPath: "\(folder)/\(killed)\(suffix)")
            }
        }
    }

    /// Copies a file and its journal during a transaction.
    private func interrupt(_ name: String, as copy: String, before change: String) throws {
        let path = "\(folder)/\(copy)-open"
        try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: path)
        let file = try RawFile(path)
        try file.execute("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; \(change);")
        for suffix in ["", "-journal"] { try FileManager.default.copyItem(atPath: path + suffix, toPath: "\(folder)/\(copy)\(suffix)") }
        try file.execute("ROLLBACK")
    }

    /// Makes surroundings in an empty folder, and returns the path to use.
    func make(_ around: Surroundings, in room: String) throws -> String {
        let files = FileManager.default
        try? files.removeItem(atPath: room)
        try files.createDirectory(atPath: room, withIntermediateDirectories: true)
        try put("precious", room + "/victim.txt")
        try files.copyItem(atPath: folder + "/source.db", toPath: room + "/neighbour.db")
        let place = room + "/place.db"
        let real = around.path == .plain ? place : room + "/real.db"
        let kinds: [Surroundings.Main: String] = [
            .backup: "backup.db", .store: "store.db", .hotLog: "hotLog", .hotJournal: "hotJournal",
        ]
        if let kind = kinds[around.main] { try files.copyItem(atPath: "\(folder)/\(kind)", toPath: real) }
        if around.main == .hotLog { try files.copyItem(atPath: folder + "/hotLog-wal", toPath: real + "-wal") }
        if around.main == .hotJournal { try files.copyItem(atPath: folder + "/hotJournal-journal", toPath: real + "-journal") }
        if around.main == .empty || around.main == .text { try put(around.main == .text ? "precious text" : "", real) }
        switch around.path {
        case .plain: break
        case .hardLink: try files.linkItem(atPath: real, toPath: place)
        default: symlink("real.db", place)
        }
        // Sidecars are beside the target of a symbolic link, but beside the used name of a hard link.
        let base = around.path == .hardLink ? place : real
        if around.log == .orphan { try files.copyItem(atPath: folder + "/other-wal", toPath: base + "-wal") }
        if around.log == .empty { try put("", base + "-wal") }
        if around.journal == .orphan { try files.copyItem(atPath: folder + "/orphan-journal", toPath: base + "-journal") }
        if around.journal == .empty { try put("", base + "-journal") }
        if around.hasMemory { try put(String(repeating: "m", count: 100), base + "-shm") }
        for (mark, suffix) in [(around.lock, ".lock"), (around.partial, ".partial-1")] {
            switch mark {
            case .absent: break
            case .stale: try put("4190000\n", base + suffix)
            case .precious: try put("precious \(suffix)\n", base + suffix)
            case .link: symlink("victim.txt", base + suffix)
            }
        }
        return place
    }

    private func put(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
