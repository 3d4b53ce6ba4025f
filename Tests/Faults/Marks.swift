import FlxCore
import Foundation
import Synchronization

/// The marked points of a process. At one of them the process prints its name and kills itself.
final class Marks: Sendable {
    private let name: String
    private let countdown: Mutex<Int>

    /// Creates marks that never end the process.
    init() {
        name = ""
        countdown = Mutex(0)
    }

    /// - Parameter text: A mark, and the number of the pass that ends the process: `commit.before:3`.
    init(_ text: String) throws {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let count = Int(parts[1]) else { throw Broken("no mark: \(text)") }
        name = String(parts[0])
        countdown = Mutex(count)
    }

    /// Returns the output of a process that ends at a mark.
    static func words(_ name: String) -> String { "killed at \(name)" }

    /// Returns true if the process must end at this mark.
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

    /// Runs work between a mark before it and a mark after it.
    func around<Value>(
        _ name: String, _ work: () async throws(FlxError) -> Value
    ) async throws(FlxError) -> Value {
        pass(name + ".before")
        let value = try await work()
        pass(name + ".after")
        return value
    }
}

/// The number of kills at each mark.
struct MarkCounts {
    private(set) var counts: [String: Int]
    private let names: [String]

    init(_ names: [String]) {
        self.names = names
        counts = Dictionary(uniqueKeysWithValues: names.map { ($0, 0) })
    }

    /// The mark with the fewest kills so far, so that each has its turn.
    var next: String { names.min { counts[$0, default: 0] < counts[$1, default: 0] } ?? "" }
    var total: Int { counts.values.reduce(0, +) }

    mutating func add(_ name: String) { counts[name, default: 0] += 1 }

    /// Throws unless each mark had a kill.
    func requireAll() throws {
        let missed = names.filter { counts[$0] == 0 }
        try require(missed.isEmpty, "no kill at \(missed.joined(separator: ", "))")
    }

    /// For example `20 to 22 at each of 14 marks`.
    var text: String {
        let (least, most) = (counts.values.min() ?? 0, counts.values.max() ?? 0)
        return "\(total) kills, \(least == most ? "\(least)" : "\(least) to \(most)") at each of \(names.count) marks"
    }
}
