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
    private(set) var saved = Position.start
    private(set) var saves = 0
    private(set) var faults: [String] = []
    private(set) var isFinished = false
    /// The sizes of the runs of calls.
    private(set) var runs: [Int] = []
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
        machine = Machine(policy: policy) { ExactText($0.event.stream?.description ?? "") }
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

    /// A crash and a new process: only checkpoint, parked events and what was handled remain.
    mutating func restart(blocked: Set<ExactText> = []) {
        underWay = []
        attempts = [:]
        machine = Machine(policy: machine.policy, keyOf: machine.keyOf)
        send(.started(at: saved, blocked: blocked))
    }

    private func isWait(_ action: Machine.Action) -> Bool {
        if case .wait = action { true } else { false }
    }

    private mutating func perform(_ action: Machine.Action) {
        switch action {
        case .read(let position, let limit):
            let places = Set(log.lazy.map(\.position).filter { $0 > position }).sorted().prefix(limit)
            let events = log.filter { $0.position > position && $0.position <= places.last ?? .start }
            let isLast = (events.last?.position ?? position) >= (log.last?.position ?? .start)
            send(.page(Page(events: events, through: events.last?.position ?? position, isLast: isLast)))
        case .run(let runner, let events): run(runner, events)
        case .retry(let key, _): send(.retryDue(key))
        case .retest: send(.breakerDue)
        case .ripen: send(.ripened)
        case .obey: send(.obeyed)
        case .park(let event, _, _, let error):
            parked.append((event, error))
            send(.parked(event.position))
        case .save(let position):
            if position <= saved { faults.append("checkpoint went from \(saved) to \(position)") }
            saved = position
            saves += 1
            send(.saved(position))
        case .wait, .held, .finish: break
        }
    }

    private mutating func run(_ runner: Machine.Runner, _ events: [RecordedEvent]) {
        runs.append(events.count)
        for (index, event) in events.enumerated() {
            attempts[event.id, default: 0] += 1
            guard succeeds(event, attempts[event.id, default: 0]) else {
                send(.ran(runner, handled: index, failure: .init(error: "refused \(event.position)", retry: retry)))
                return
            }
            handled.append(event)
        }
        send(.ran(runner, handled: events.count, failure: nil))
    }

    /// The promise: nothing at or below the checkpoint is unfinished.
    private mutating func check() {
        let (done, put) = (Set(handled.map(\.id)), Set(parked.map(\.event.position)))
        for event in log where event.position <= machine.checkpoint && !done.contains(event.id) && !put.contains(event.position) {
            faults.append("checkpoint \(machine.checkpoint) passed the unfinished \(event.position)")
        }
    }
}
