import Foundation
import Synchronization

/// Four threads count behind a lock that they contend for; with the argument `race`, also without it.
final class Counts: Sendable {
    let guarded = Mutex(0)
    /// Unchecked, because that is the planted fault.
    nonisolated(unsafe) var bare = 0
}

let counts = Counts()
let races = CommandLine.arguments.contains("race")
let group = DispatchGroup()
for _ in 0..<4 {
    group.enter()
    Thread.detachNewThread {
        for _ in 0..<20_000 {
            counts.guarded.withLock { $0 += 1 }
            if races { counts.bare += 1 }
        }
        group.leave()
    }
}
group.wait()
precondition(counts.guarded.withLock { $0 } == 80_000)
