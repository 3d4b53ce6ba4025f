import FlxCore
import Foundation
import Synchronization

/// The marked points of a process, at one of which it ends as a crash would, and says which one it was.
final class Marks: Sendable {
    private let name: String
    private let countdown: Mutex<Int>

    /// No mark ends the process.
    init() {
        name = ""
        countdown = Mutex(0)
    }

    /// - Parameter text: A mark and how often it is passed before: `commit.before:3`.
    init(_ text: String) throws {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let count = Int(parts[1]) else { throw Broken("no mark: \(text)") }
        name = String(parts[0])
        countdown = Mutex(count)
    }

    /// What the process says when it ends.
    static func words(_ name: String) -> String { "killed at \(name)" }

    /// Whether the process is to end at this mark.
    func isAt(_ name: String) -> Bool { name == self.name }

    /// Passes a mark, or ends the process at it.
    func pass(_ name: String) {
        guard isAt(name) else { return }
        let isOver = countdown.withLock { count in
            count -= 1
            return count == 0
        }
        guard isOver else { return }
        say(Self.words(name))
        kill(getpid(), SIGKILL)
    }

    /// Does something between a mark before it and a mark after it.
    func around<Value>(
        _ name: String, _ work: () async throws(FlxError) -> Value
    ) async throws(FlxError) -> Value {
        pass(name + ".before")
        let value = try await work()
        pass(name + ".after")
        return value
    }
}

/// How often each mark ended a process.
struct MarkCounts {
    private(set) var counts: [String: Int]
    private let names: [String]

    init(_ names: [String]) {
        self.names = names
        counts = Dictionary(uniqueKeysWithValues: names.map { ($0, 0) })
    }

    /// The mark that had the fewest kills so far: each has its turn.
    var next: String { names.min { counts[$0, default: 0] < counts[$1, default: 0] } ?? "" }
    var total: Int { counts.values.reduce(0, +) }

    mutating func add(_ name: String) { counts[name, default: 0] += 1 }

    /// Fails unless each was hit.
    func requireAll() throws {
        let missed = names.filter { counts[$0] == 0 }
        try require(missed.isEmpty, "no kill at \(missed.joined(separator: ", "))")
    }

    /// Such as `20 to 22 at each of 14 marks`.
    var text: String {
        let (least, most) = (counts.values.min() ?? 0, counts.values.max() ?? 0)
        return "\(total) kills, \(least == most ? "\(least)" : "\(least) to \(most)") at each of \(names.count) marks"
    }
}
