import FlxCore
import Synchronization

/// Tells how far long work is, how fast it goes and how long it will take: over and over on one line of a terminal, otherwise in a line
/// now and then. Short work says nothing.
final class ProgressMeter: Sendable {
    private let title: String
    private let console: Console
    private let clock: EventClock
    private let start: Timestamp
    private let nextTime: Mutex<Timestamp>

    init(_ title: String, on console: Console, clock: EventClock = .system) {
        self.title = title
        self.console = console
        self.clock = clock
        start = clock.now()
        let first: Duration = console.isErrorTerminal ? .milliseconds(300) : .seconds(5)
        nextTime = Mutex(start.advanced(by: first))
    }

    /// The seconds since the work began.
    var seconds: Double { Double(clock.now().nanoseconds - start.nanoseconds) / 1e9 }

    /// Takes note of the count so far, and of the part of the work that it is, from 0 to 1, where that is known.
    func update(_ count: Int64, part: Double?) {
        let now = clock.now()
        let isDue = nextTime.withLock { next in
            guard now >= next else { return false }
            next = now.advanced(by: console.isErrorTerminal ? .milliseconds(100) : .seconds(5))
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
        // Less tells nothing of the rest.
        if let part, part >= 0.01 {
            text += ", \(Quantity.decimal(min(1, part) * 100, 0)) %, \(Quantity.time(seconds / part - seconds)) left"
        }
        return text
    }
}
