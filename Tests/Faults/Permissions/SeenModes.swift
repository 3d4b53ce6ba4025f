import Foundation
import Synchronization

/// The names and modes seen in a folder.
final class SeenModes: Sendable {
    private let state = Mutex((names: Set<String>(), wrong: Set<String>()))

    var names: Set<String> { state.withLock { $0.names } }
    var wrong: Set<String> { state.withLock { $0.wrong } }

    func note(_ name: String, _ mode: mode_t, isRight: Bool) {
        state.withLock { state in
            state.names.insert(name)
            if !isRight { state.wrong.insert("\(name) with \(String(mode, radix: 8))") }
        }
    }
}
