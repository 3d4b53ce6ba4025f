import ChildProcesses
import FlxSQLite
import Foundation

/// Commands that write a file, directed at files with another purpose.
struct ProgramOutputs {
    /// The targets for a command. Only the first one may be written.
    static let targets = [
        "free.out", "in.jsonl", "in-linked.jsonl", "place.db", "place.db-wal", "place.db.lock", "place.db-shm", "neighbour.db",
        "archive/manifest.jsonl", "text.txt", "to-text", "to-store", "to-nothing/x", "archive",
    ]
    static let commands: [[String]] = [
        ["import", "in.jsonl", "--store", "place.db", "--skip-bad", "TARGET"], ["backup", "--store", "place.db", "TARGET"],
        ["backup", "--incremental", "--store", "place.db", "TARGET"], ["restore", "neighbour.db", "--to", "TARGET"],
        ["restore", "archive", "--to", "TARGET"],
    ]
    let workshop: Workshop

    /// Runs a command. It may write only to a free place.
    func run(_ command: [String], on target: String, in room: String) async throws {
        let path = try workshop.make(Surroundings(main: .store), in: room)
        let files = FileManager.default
        let lines = #"{"specversion":"1.0","id":"new","source":"/x","type":"t","subject":"s"}"# + "\n{bad\n"
        try lines.write(toFile: room + "/in.jsonl", atomically: false, encoding: .utf8)
        try files.linkItem(atPath: room + "/in.jsonl", toPath: room + "/in-linked.jsonl")
        try "precious text\n".write(toFile: room + "/text.txt", atomically: false, encoding: .utf8)
        symlink("text.txt", room + "/to-text")
        symlink("place.db", room + "/to-store")
        try await withSQLiteEventStore(.init(path: path)) { store in
            _ = try await store.archive(into: room + "/archive")
            // The write-ahead log of a killed writer.
            try files.copyItem(atPath: path + "-wal", toPath: room + "/kept-wal")
        }
        try files.moveItem(atPath: room + "/kept-wal", toPath: path + "-wal")
        try "4190000\n".write(toFile: path + ".lock", atomically: false, encoding: .utf8)
        let places = ["place.db", "neighbour.db", "in.jsonl", "archive"]
        let arguments = command.map { $0 == "TARGET" ? room + "/" + target : places.contains($0) ? room + "/" + $0 : $0 }
        let before = Fingerprint(room) { Self.isOwn($0) }
        let events = try await count(path)
        let ending = try await ChildProcess(role: ["flx"] + arguments, variables: ["SWIFT_BACKTRACE": "enable=no"]).end()
        let words = "flx \(command.joined(separator: " ")) with \(target): exit code \(ending.status)"
        try require(ending.status >= 0, "\(words): \(ending.errors.suffix(300))")
        if let change = Fingerprint(room, leavesOut: { Self.isOwn($0) }).change(from: before) { throw Broken("\(words), \(change)") }
        let rest = try await count(path)
        try require(rest >= events, "\(words), and of \(events) events \(rest) are left")
        if target == "free.out", command[0] != "import" { try require(ending.status == 0, "\(words): \(ending.errors)") }
    }

    private func count(_ path: String) async throws -> Int {
        try await withSQLiteEventStore(.init(path: path)) { try await Deed.all($0).count }
    }

    /// Returns true for the store, its sidecars and the free place.
    private static func isOwn(_ name: String) -> Bool {
        name == "place.db" || ["place.db-", "neighbour.db-", "free.out", "to-nothing"].contains { name.hasPrefix($0) }
    }
}
