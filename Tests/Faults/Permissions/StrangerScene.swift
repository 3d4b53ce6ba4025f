import ChildProcesses
import FlxCore
import FlxSQLite
import Foundation

/// A user without files who uses another user's store.
struct StrangerScene: Sendable {
    private static let nobody = "65534"

    let words: String
    let main: Surroundings.Main
    let fileMode: mode_t
    let folderMode: mode_t
    /// True if the owner has the store open meanwhile.
    var isLive = false
    var deeds: [Deed] = [.read, .directory, .verify, .check, .backup, .restore, .append, .repair, .rehearse, .archive]

    static let all = [
        StrangerScene(words: "no rights on the folder", main: .store, fileMode: 0o644, folderMode: 0o755),
        StrangerScene(words: "no rights on the folder, of a backup", main: .backup, fileMode: 0o644, folderMode: 0o755),
        StrangerScene(
            words: "no rights on the folder, beside a live writer", main: .hotLog, fileMode: 0o644, folderMode: 0o755, isLive: true),
        StrangerScene(words: "no rights on the folder, a log left by a kill", main: .hotLog, fileMode: 0o644, folderMode: 0o755),
        StrangerScene(words: "no rights on the folder, a journal left by a kill", main: .hotJournal, fileMode: 0o644, folderMode: 0o755),
        StrangerScene(words: "rights on the folder, none to write the file", main: .store, fileMode: 0o644, folderMode: 0o777),
        StrangerScene(words: "rights on the folder, a journal left by a kill", main: .hotJournal, fileMode: 0o644, folderMode: 0o777),
        StrangerScene(words: "rights on the folder, a log left by a kill", main: .hotLog, fileMode: 0o644, folderMode: 0o777),
        StrangerScene(words: "no rights on the file", main: .store, fileMode: 0o600, folderMode: 0o755),
        StrangerScene(words: "no way into the folder", main: .store, fileMode: 0o644, folderMode: 0o700),
    ]

    /// Lets the stranger perform a deed. He must get correct data or a true error, and the owner's store must stay
    /// unchanged.
    func run(_ deed: Deed, _ workshop: Workshop, _ room: String) async throws {
        let path = try workshop.make(Surroundings(main: main), in: room)
        for name in try FileManager.default.contentsOfDirectory(atPath: room) { chmod("\(room)/\(name)", fileMode) }
        chmod(room, folderMode)
        let owner = isLive ? try await SQLiteEventStore.open(.init(path: path)) : nil
        let output = room + "-out"
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
        chmod(output, 0o777)
        let role = ["deed", deed.rawValue, path, output + "/out", Self.nobody]
        let ending = try await ChildProcess(role: role, variables: ["SWIFT_BACKTRACE": "enable=no"], limit: .seconds(60)).end()
        await owner?.close()
        let said = ending.output + ending.errors.suffix(300)
        try require(ending.status == 0 || ending.status == 3, "ended with \(ending.status): \(said)")
        for word in ["damaged", "corrupt", "incompatible", "immutable", " faults"] where !said.contains("0 faults") {
            try require(!said.contains(word), "of a sound store it was said: \(said)")
        }
        let count = [.hotLog: Workshop.hot][main] ?? Workshop.old
        if ending.status == 0, deed == .read { try require(said.contains(" \(count)\n"), "of \(count) events were read: \(said)") }
        if ending.status == 0, deed == .verify || deed == .check {
            try require(said.contains("\(count) events"), "of \(count) events: \(said)")
        }
        if ending.status == 0, deed == .backup || deed == .restore {
            let events = try await withSQLiteEventStore(.readOnly(path: output + "/out")) { try await Deed.all($0).count }
            try require(events == count, "the copy has \(events) of \(count) events")
        }
        let kept = try await withSQLiteEventStore(.init(path: path)) { try await Deed.all($0).count }
        try require(kept >= count, "the owner has \(kept) of \(count) events")
    }

    /// Lets a stranger follow a store that its owner closes and writes to later. He must see every event, or get an
    /// error.
    static func follow(_ folder: String, events: Int) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/events.db"
        try await withSQLiteEventStore(.init(path: path)) { _ = try await $0.append([try Event(type: "a", data: .int(0))], to: "s") }
        let role = ["deed", "follow", path, "\(events + 1)", nobody]
        let stranger = try ChildProcess(role: role, limit: .seconds(20))
        _ = try await stranger.firstWords()
        try await withSQLiteEventStore(.init(path: path)) { store in
            for number in 1...events { _ = try await store.append([try Event(type: "a", data: .int(number))], to: "s") }
            let ending: ChildProcess.Ending
            do {
                ending = try await stranger.end()
            } catch { throw Broken("he stood still at \(stranger.output.suffix(20)) of \(events + 1) events") }
            let words = ending.output
            try require(!words.contains("damaged") && !words.contains("corrupt"), "of a sound store it was said: \(words.suffix(300))")
            let isDone = ending.status == 0 && words.contains("ok \(events + 1)")
            try require(isDone || ending.status == 3, "ended with \(ending.status): \(words.suffix(200))\(ending.errors.suffix(300))")
        }
    }
}
