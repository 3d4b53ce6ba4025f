import FlxCore
import Synchronization

/// Shows the progress, speed and remaining time of long work: repeatedly on one line of a terminal, otherwise in a line at intervals. Short
/// work shows nothing.
final class ProgressMeter: Sendable {
    private let title: String
    private let console: Console
    private let start = ContinuousClock.now
    private let nextTime: Mutex<ContinuousClock.Instant>

    init(_ title: String, on console: Console) {
        self.title = title
        self.console = console
        nextTime = Mutex(start + (console.isErrorTerminal ? .milliseconds(300) : .seconds(5)))
    }

    /// The seconds since the work began.
    var seconds: Double { (ContinuousClock.now - start).inSeconds }

    /// Notes the count so far, and the progress from 0 to 1, if known.
    func update(_ count: Int64, part: Double?) {
        let now = ContinuousClock.now
        let isDue = nextTime.withLock { next in
            guard now >= next else { return false }
            next = now + (console.isErrorTerminal ? .milliseconds(100) : .seconds(5))
            return true
        }
        guard isDue else { return }
        let text = Self.text(title, count, part: part, seconds: seconds)
        if console.isErrorTerminal { console.status(text) } else { console.say(text) }
    }

    /// Takes the line away.
    func end() {
        console.endStatus()
    }

    static func text(_ title: String, _ count: Int64, part: Double?, seconds: Double) -> String {
        var text = "\(title): \(Quantity.grouped(count)) events, \(Quantity.rate(count, in: seconds))"
        // A smaller part gives no estimate of the rest.
        if let part, part >= 0.01 {
            text += ", \(Quantity.decimal(min(1, part) * 100, 0)) %, \(Quantity.time(seconds / part - seconds)) left"
        }
        return text
    }
}
