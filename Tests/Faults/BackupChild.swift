import FlxCore
import FlxEvents
import FlxSQLite
import Foundation

/// The process to be killed while it makes backups or copies a store.
enum BackupChild {
    /// `backup PATH FILE` and `archive PATH FOLDER` repeat until the process is killed. After each run they print the
    /// number of events saved. `copy PATH PATH` prints when it begins and when it is done.
    static func main(_ arguments: [String]) async {
        guard arguments.count == 3 else { exit(64) }
        let (source, target) = (arguments[1], arguments[2])
        do {
            switch arguments[0] {
            case "copy": try await copy(source, to: target)
            case "archive": try await backUp(source) { store in try await store.archive(into: target).events }
            default: try await backUp(source) { store in try await store.backup(to: target).events }
            }
        } catch {
            say("failed: \(error)")
            exit(3)
        }
    }

    private static func backUp(_ path: String, _ run: (SQLiteEventStore) async throws -> Int64) async throws {
        while true {
            let events = try await withSQLiteEventStore(.readOnly(path: path)) { try await run($0) }
            say("\(events)")
        }
    }

    private static func copy(_ source: String, to target: String) async throws {
        try await withSQLiteEventStore(.readOnly(path: source)) { source in
            try await withSQLiteEventStore(.init(path: target)) { target in
                say("begun")
                var copy = StoreCopy(from: source, to: target)
                copy.pageSize = 20
                let report = try await copy.run()
                say(report.isSame ? "same" : "failed: \(report)")
            }
        }
    }
}
