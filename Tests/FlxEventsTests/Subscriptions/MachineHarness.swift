@testable import FlxEvents
import FlxCore
import FlxTesting

/// A log in memory, a machine, and a world in between that does what the machine says in an order drawn by chance.
struct MachineHarness {
    typealias Machine = SubscriptionMachine

    let log: [RecordedEvent]
    var machine: Machine
    var random: SeededGenerator
    /// Whether the handler takes the event at this attempt, from 1.
    let succeeds: (RecordedEvent, Int) -> Bool

    private(set) var underWay: [Machine.Action] = []
    private(set) var attempts: [EventID: Int] = [:]
    private(set) var handled: [RecordedEvent] = []
    private(set) var parked: [(event: RecordedEvent, error: String)] = []
    /// The keys of which something is parked that later events wait behind.
    private(set) var waiting: Set<ExactText> = []
    private(set) var saved = Position.start
    private(set) var saves = 0
    private(set) var faults: [String] = []
    private(set) var isFinished = false
    /// The sizes of the runs of calls.
    private(set) var runs: [Int] = []
    /// The pauses of outages.
    private(set) var rests: [Duration] = []
    /// Whether the handler finds nobody to work with.
    var outage: () -> Bool = { false }
    /// The events that cannot be read.
    var unreadable: Set<Position> = []
    /// What the errors of the handler ask for instead of the policy.
    var retry: RetryPolicy?

    init(
        events: Int, keys: Int, policy: SubscriptionPolicy, seed: UInt64, parts: (Int) -> Int = { _ in 1 },
        succeeds: @escaping (RecordedEvent, Int) -> Bool
    ) throws {
        var random = SeededGenerator(seed: seed)
        var log: [RecordedEvent] = []
        for number in 1...events {
            let stream = StreamName("key-\(Int.random(in: 0..<keys, using: &random))")
            for part in 0..<parts(number) {
                log.append(
                    RecordedEvent(
                        event: Event(type: part == 0 ? "t" : "t.part", stream: stream), version: 1, position: try Position(Int64(number)),
                        recordedTime: Timestamp(nanoseconds: Int64(number))))
            }
        }
        self.log = log
        machine = Machine(policy: policy)
        self.random = random
        self.succeeds = succeeds
    }

    mutating func send(_ input: Machine.Input) {
        for action in machine.handle(input) {
            if action == .finish { isFinished = true } else { underWay.append(action) }
        }
        check()
    }

    /// Lets chance do up to so many things; ends early when there is nothing but waiting for news.
    mutating func run(steps: Int = .max) {
        var left = steps
        while left > 0, let index = underWay.indices.filter({ !isWait(underWay[$0]) }).randomElement(using: &random) {
            left -= 1
            perform(underWay.remove(at: index))
        }
    }

    /// Lets chance do things until one of a kind is next, which is left undone.
    mutating func run(until isNext: (Machine.Action) -> Bool) -> Bool {
        while true {
            if let found = underWay.firstIndex(where: isNext) {
                underWay.remove(at: found)
                return true
            }
            guard let index = underWay.indices.filter({ !isWait(underWay[$0]) }).randomElement(using: &random) else { return false }
            perform(underWay.remove(at: index))
        }
    }

    /// A crash and a new process: only checkpoint, parked events and what was handled remain.
    mutating func restart() {
        underWay = []
        attempts = [:]
        machine = Machine(policy: machine.policy)
        start(at: saved, parked: Set(parked.map(\.event.position)))
    }

    mutating func start(at position: Position = .start, parked: Set<Position> = []) {
        send(.started(.init(position: position, blocked: waiting, parked: parked.filter { $0 > position })))
    }

    static func key(_ event: RecordedEvent) -> ExactText { ExactText(event.event.stream?.description ?? "") }

    private func isWait(_ action: Machine.Action) -> Bool {
        switch action { case .wait, .drain: true; default: false }
    }

    private mutating func perform(_ action: Machine.Action) {
        switch action {
        case .read(let position, let limit):
            let places = Set(log.lazy.map(\.position).filter { $0 > position }).sorted().prefix(limit)
            let events = log.filter { $0.position > position && $0.position <= places.last ?? .start }
            let isLast = (events.last?.position ?? position) >= (log.last?.position ?? .start)
            let items = events.map { event in
                SubscriptionItem(event: event, key: Self.key(event), fault: unreadable.contains(event.position) ? "unreadable" : nil)
            }
            send(.page(items, through: events.last?.position ?? position, isLast: isLast))
        case .run(let runner, let items): run(runner, items)
        case .retry(let key, _): send(.retryDue(key))
        case .retest(let pause):
            rests.append(pause)
            send(.breakerDue)
        case .ripen: send(.ripened)
        case .obey: send(.obeyed(blocked: waiting, hasJobs: false))
        case .work: send(.worked)
        case .drain: send(.drained)
        case .park(let item, _, let error, let holdsKey):
            parked.append((item.event, error))
            if holdsKey { waiting.insert(item.key) }
            send(.parked(item.event.position))
        case .save(let position):
            if position <= saved { faults.append("checkpoint went from \(saved) to \(position)") }
            saved = position
            saves += 1
            send(.saved(position))
        case .wait, .held, .released, .finish: break
        }
    }

    private mutating func run(_ runner: Machine.Runner, _ items: [SubscriptionItem]) {
        runs.append(items.count)
        for (index, item) in items.enumerated() {
            let event = item.event
            if outage() { return send(.ran(runner, handled: index, failure: .outage())) }
            attempts[event.id, default: 0] += 1
            guard item.fault == nil, succeeds(event, attempts[event.id, default: 0]) else {
                return send(.ran(runner, handled: index, failure: .event(error: "refused \(event.position)", retry: retry)))
            }
            handled.append(event)
        }
        send(.ran(runner, handled: items.count, failure: nil))
    }

    /// The promise: nothing at or below the checkpoint is unfinished.
    private mutating func check() {
        let (done, put) = (Set(handled.map(\.id)), Set(parked.map(\.event.position)))
        for event in log where event.position <= machine.checkpoint && !done.contains(event.id) && !put.contains(event.position) {
            faults.append("checkpoint \(machine.checkpoint) passed the unfinished \(event.position)")
        }
    }
}
