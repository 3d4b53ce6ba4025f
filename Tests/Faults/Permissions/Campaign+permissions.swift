import ChildProcesses
import FlxCore
import FlxSQLite
import Foundation

extension Campaign {
    /// Files by their modes, and users without rights. Copies must not be more open than their source, and readers must
    /// get true answers.
    static let permissions = Campaign(name: "permissions") { terms in
        var (broken, count, files, random) = ([String](), 0, [Int](), terms.random)
        func attempt(_ words: String, _ body: () async throws -> Void) async {
            do { try await body() } catch { broken.append("\(words): \(error)") }
        }
        for mode: mode_t in [0o600, 0o640, 0o644] {
            await attempt("modes") { files.append(try await ModeTrial(folder: "\(terms.folder)/mode-\(mode)", mode: mode).run()) }
        }
        try await plant("\(terms.folder)/mode-plant")
        if geteuid() == 0 {
            let workshop = try await Workshop(terms.folder + "/kept", seed: terms.seed)
            let all = StrangerScene.all.flatMap { scene in scene.deeds.map { (scene, $0) } }
            for (scene, deed) in terms.isFull ? all : Array(all.shuffled(using: &random).prefix(24)) {
                count += 1
                await attempt("\(deed), \(scene.words)") { try await scene.run(deed, workshop, "\(terms.folder)/scene-\(count)") }
            }
            for round in 0..<terms.count(full: 20, short: 1) {
                await attempt("following") {
                    try await StrangerScene.follow("\(terms.folder)/follow-\(round)", events: terms.count(full: 3_000, short: 300))
                }
            }
        }
        try require(broken.isEmpty, "\(broken.count) broken:\n" + broken.map { "  \($0.prefix(700))" }.joined(separator: "\n"))
        let modes = "\(files.reduce(0, +)) files of stores of 3 modes are no more open than these; a copy for everybody was seen"
        guard geteuid() == 0 else { return "\(modes); left out: another user needs root" }
        return "\(modes); \(count) deeds of a user without rights: right data or a true error"
    }

    /// Requires that a copy readable by everybody is noticed.
    private static func plant(_ folder: String) async throws {
        do {
            _ = try await ModeTrial(folder: folder, mode: 0o600, isCareless: true).run()
        } catch is Broken { return }
        throw Broken("a copy that everybody may read went unnoticed")
    }
}

/// The modes of all files made from a store with one mode.
private struct ModeTrial {
    let folder: String
    let mode: mode_t
    var isCareless = false

    /// - Returns: The number of files and folders seen.
    func run() async throws -> Int {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/events.db"
        let seen = SeenModes()
        try await withSQLiteEventStore(.init(path: path)) { store in
            chmod(path, mode)
            _ = try await store.append([try Event(type: "a", data: .int(1))], to: "s")
        }
        // The sidecars get the mode that the file has when they are made.
        try await withSQLiteEventStore(.init(path: path)) { store in
            for number in 1...300 { _ = try await store.append([try Event(type: "a", data: .int(number))], to: "s") }
            try look(seen)
            _ = try await store.backup(to: folder + "/copy.db") { _ in note(seen) }
            _ = try await store.archive(into: folder + "/archive") { _ in note(seen) }
            try look(seen)
        }
        if isCareless { chmod(folder + "/copy.db", 0o644) }
        for (source, target) in [("copy.db", "restored.db"), ("archive", "restored-too.db")] {
            _ = try await SQLiteEventStore.restore("\(folder)/\(source)", to: "\(folder)/\(target)") { _ in note(seen) }
        }
        _ = try await SQLiteEventStore.restore(folder + "/copy.db", to: folder + "/past.db", upTo: .position(Position(5)))
        _ = try await SQLiteEventStore.repair(folder + "/restored.db", forgetsViews: true) { _ in note(seen) }
        try await withSQLiteEventStore(.init(path: folder + "/restored.db")) { store in
            _ = try await store.append([try Event(type: "a", data: .int(1))], to: "s")
            try look(seen)
        }
        try look(seen)
        let wrong = seen.wrong.sorted().joined(separator: ", ")
        try require(wrong.isEmpty, "of a store with mode \(String(mode, radix: 8)) there were \(wrong)")
        return seen.names.count
    }

    private func note(_ seen: SeenModes) { try? look(seen) }

    /// Records the modes of everything in the folder.
    private func look(_ seen: SeenModes) throws {
        for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
            var status = stat()
            guard lstat(folder + "/" + name, &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            // A user with the right to read a file may also enter its folder.
            let allowed = isFolder ? mode | (mode & 0o444) >> 2 | 0o700 : mode
            seen.note(name, status.st_mode & 0o777, isRight: status.st_mode & 0o777 & ~allowed == 0)
        }
    }
}
