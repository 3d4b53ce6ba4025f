import FlxCore
import FlxSQLite
import Foundation

/// One of two processes that write to a file under different names.
enum PenChild {
    /// `pen PATH TAG COUNT`: prints `open`, then `ok ID` for each acknowledged event, and any errors.
    static func main(_ arguments: [String]) async {
        guard arguments.count == 3, let count = Int(arguments[2]) else { exit(64) }
        do {
            let store = try await SQLiteEventStore.open(.init(path: arguments[0]))
            say("open")
            for number in 1...count {
                let id = "\(arguments[1])-\(number)"
                say(await write(id, to: store))
                try await ContinuousClock().sleep(for: .milliseconds(4))
            }
            await store.close()
        } catch {
            say("error \(error)")
        }
        exit(0)
    }

    private static func write(_ id: String, to store: SQLiteEventStore) async -> String {
        do {
            _ = try await store.append([try Event(type: "written", data: .string(id), id: EventID(id))], to: "pen")
            return "ok \(id)"
        } catch {
            return "error \(error)"
        }
    }
}
