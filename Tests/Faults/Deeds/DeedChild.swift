import FlxCore
import FlxSQLite
import Foundation

/// A process that performs one deed on a store, optionally as another user.
enum DeedChild {
    /// `deed NAME PATH OUTPUT [USER]`: prints `ok WORDS` or `error CODE MESSAGE`; exit code 0 or 3. `deed follow`
    /// prints the number of visible events at each change, until it reaches OUTPUT.
    static func main(_ arguments: [String]) async {
        guard arguments.count >= 3 else { exit(64) }
        if arguments.count > 3, let user = UInt32(arguments[3]) {
            guard setgroups(0, nil) == 0, setgid(user) == 0, setuid(user) == 0 else { exit(65) }
        }
        do {
            if arguments[0] == "follow" {
                try await follow(arguments[1], Int64(arguments[2]) ?? 0)
            } else {
                guard let deed = Deed(rawValue: arguments[0]) else { exit(64) }
                let outcome = try await deed.run(arguments[1], output: arguments[2], checks: false)
                say("ok \(outcome.words) \(outcome.events.count)")
            }
        } catch let error as FlxError {
            say("error \(error.code) \(error.message)")
            exit(3)
        } catch {
            say("error other \(error)")
            exit(3)
        }
    }

    private static func follow(_ path: String, _ count: Int64) async throws {
        try await withSQLiteEventStore(.readOnly(path: path)) { store in
            var last = Position(unchecked: -1)
            while true {
                let now = try await store.lastPosition()
                if now != last {
                    let read = try await Deed.all(store).count
                    try require(read >= now.value, "the last event is at \(now), and \(read) can be read")
                    say("ok \(now)")
                }
                last = now
                if now.value >= count { return }
                try await store.wait(after: now)
            }
        }
    }
}
