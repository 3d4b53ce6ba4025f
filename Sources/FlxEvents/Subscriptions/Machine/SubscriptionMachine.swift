import DequeModule
import FlxCore

/// Everything that a durable subscription decides, and nothing that it does: inputs come in, actions go out.
///
/// Events are read in pages into a window and dealt out to lanes by their key, so that events of one key follow each other and keys run
/// beside each other. A key whose event failed steps aside, with all of its later events, until that event was handled or parked; the
/// lane goes on with other keys. The checkpoint stands before the first event of the window that is not done.
struct SubscriptionMachine {
    /// The source of a run of calls: a lane, or a key that stepped aside.
    enum Runner: Hashable, Sendable {
        case lane(Int)
        case key(ExactText)
    }

    /// The reason why a run ended before its last event.
    enum Failure: Sendable {
        /// An attempt failed: the error, the retries that fit it, and the chance that shortens a pause.
        case event(error: String, retry: RetryPolicy? = nil, chance: Double = 0)
        /// No event can be handled at present. It uses up no attempt: the subscription rests and tries the same event again.
        case outage(chance: Double = 0)
    }

    /// The state of the subscription in the store at the beginning.
    struct Start: Sendable {
        /// The checkpoint.
        var position: Position
        /// The keys of which something is parked that later events wait behind.
        var blocked: Set<ExactText> = []
        /// The events after the checkpoint that are or were parked, which are passed over.
        var parked: Set<Position> = []
        /// The keys of which an operator handles the parked events, and did so before.
        var held: Set<ExactText> = []
        var isPaused = false
    }

    /// An input of the machine.
    enum Input: Sendable {
        case started(Start)
        case page([SubscriptionItem], through: Position, isLast: Bool)
        case rang
        /// The first events of a run were handled; the one after them failed, if there is a failure. Each part of a split counts.
        case ran(Runner, handled: Int, failure: Failure?)
        case retryDue(ExactText)
        /// The oldest event that waits for a batch to fill has waited long enough.
        case ripened
        case breakerDue
        case parked(Position)
        case saved(Position)
        /// An operator takes up the parked events of a key; he gets it when nothing of it is at work.
        case hold(ExactText)
        /// The operator found nothing parked of the key any more: it goes on, unless more was parked meanwhile.
        case release(ExactText)
        /// The operator leaves the rest of the key parked, or does not wait for it any longer.
        case leave(ExactText)
        case pause
        case resume
        /// An operator may have acted.
        case called
        /// The acts were read: the keys of which something is parked, and whether retries are wanted.
        case obeyed(blocked: Set<ExactText>, hasJobs: Bool)
        /// The wanted retries were worked off, as far as they can be now.
        case worked
        case stop
        /// The time to end in good order is over.
        case drained
    }

    /// An action that the machine asks for.
    enum Action: Equatable, Sendable {
        case read(after: Position, limit: Int)
        case wait(after: Position)
        case run(Runner, [SubscriptionItem])
        case retry(ExactText, after: Duration)
        case retest(after: Duration)
        case ripen(after: Duration)
        case obey
        case work
        case park(SubscriptionItem, attempts: Int, error: String, holdsKey: Bool)
        /// The key is the operator's: nothing of it is at work or on its way to the parking place.
        case held(ExactText)
        /// The answer to a release: whether the key goes on, or more of it was parked.
        case released(ExactText, Bool)
        case save(Position)
        /// The end in good order is waited for no longer than this.
        case drain(within: Duration)
        case finish
    }

    /// The phase of the machine.
    enum Phase: Equatable {
        case beginning, working, stopping, finished
    }

    /// The phase of the reading.
    private enum Reading {
        case ready, reading, atEnd, waiting
    }

    /// Something that goes on at most once at a time, and is wanted again meanwhile or not.
    private enum Errand {
        case idle, wanted, underWay, wantedAgain

        var isUnderWay: Bool { self == .underWay || self == .wantedAgain }

        mutating func want() { self = self == .idle || self == .wanted ? .wanted : .wantedAgain }
        mutating func end() { self = self == .wantedAgain ? .wanted : .idle }
        /// - Returns: True if it begins now.
        mutating func begin() -> Bool {
            guard self == .wanted else { return false }
            self = .underWay
            return true
        }
    }

    let policy: SubscriptionPolicy
    private(set) var phase = Phase.beginning
    private(set) var isPaused = false
    var window = EventWindow(after: .start)
    var lanes: [Deque<SubscriptionItem>]
    var running: [Runner: [SubscriptionItem]] = [:]
    var keys: [ExactText: KeyState] = [:]
    /// The keys that an operator waits for.
    var wanted: Set<ExactText> = []
    /// The keys to whose release an answer waits until nothing is on its way to the parking place.
    var releasing: Set<ExactText> = []
    /// The keys whose next attempt is due.
    var due = Deque<ExactText>()
    /// The events on their way to the parking place, with their keys.
    var parking: [Position: ExactText] = [:]
    /// The events that were parked before this run, and are passed over.
    var parkedBefore: Set<Position> = []
    var breaker = CircuitBreaker()
    private var reading = Reading.ready
    private var isSaving = false
    /// The lanes whose events have waited long enough for a batch, and whether a time for more of them runs.
    private var ripe: Set<Int> = []
    private var isRipening = false
    private var (acts, jobs) = (Errand.idle, Errand.idle)
    /// True if the acts of operators are read again when the next event is parked.
    private var looksAgain = false

    init(policy: SubscriptionPolicy) {
        self.policy = policy
        lanes = Array(repeating: Deque(), count: policy.parallelism)
    }

    /// Every event up to here is handled or parked.
    var checkpoint: Position { window.checkpoint }
    /// The keys of which something is parked that later events wait behind.
    var blockedKeys: Set<ExactText> { Set(keys.keys.filter { blocked($0) != nil }) }
    /// True if calls may begin.
    var mayCall: Bool { phase == .working && !isPaused }
    /// True if a run of calls may begin. After a rest, no more than can be at work show whether things are better.
    var mayRun: Bool { mayCall && !breaker.isOpen && (!breaker.isHalfOpen || running.count < policy.parallelism) }
    /// The most events of a run: when one call is to show whether things are better, one.
    var longestRun: Int { breaker.isHalfOpen && policy.batch == nil ? 1 : policy.longestRun }
    /// True if an event waits for another attempt.
    var isRetrying: Bool {
        keys.values.contains { if case .aside(let aside) = $0 { aside.attempts > 0 } else { false } }
    }

    /// Takes what happened and says what to do.
    mutating func handle(_ input: Input) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .started(let start): begin(start)
        case .page(let items, let through, let isLast):
            reading = isLast ? .atEnd : .ready
            window.read(through: through)
            for item in items { take(item, &actions) }
        case .rang: if reading == .waiting { reading = .ready }
        case .ran(let runner, let handled, let failure): end(runner, handled: handled, failure: failure, &actions)
        case .retryDue(let key): becomeDue(key)
        case .breakerDue: breaker.halfOpen()
        case .ripened:
            isRipening = false
            ripe.formUnion(lanes.indices.filter { !lanes[$0].isEmpty })
        case .called: acts.want()
        case .obeyed(let blocked, let hasJobs):
            acts.end()
            // Of what was parked meanwhile, it is not known whether it still is: it is looked again once the next one is.
            if !free(allBut: blocked) { if parking.isEmpty { acts.want() } else { looksAgain = true } }
            if hasJobs { jobs.want() }
        case .worked: jobs.end()
        case .parked(let position):
            didPark(position, &actions)
            if looksAgain { acts.want() }
            looksAgain = false
        case .saved(let position):
            isSaving = false
            window.didSave(position)
        case .pause: isPaused = true
        case .resume: isPaused = false
        case .hold(let key): wanted.insert(key)
        case .release(let key): releasing.insert(key)
        case .leave(let key):
            wanted.remove(key)
            releasing.remove(key)
            guard blocked(key) != nil else {
                // What a beginning has read of parked events may be older than what was released.
                if phase == .beginning { acts.want() }
                break
            }
            // What is being read just now may be older than what is parked.
            change(key) { ($0.isHeld, $0.hasMore) = (false, true) }
            // What is left of it may be nothing that others wait behind.
            acts.want()
        case .stop: stop(&actions)
        case .drained: if phase == .stopping { finish(&actions) }
        }
        pump(&actions)
        return actions
    }

    private mutating func begin(_ start: Start) {
        guard phase == .beginning else { return }
        phase = .working
        window = EventWindow(after: start.position)
        for key in start.blocked { keys[key] = .blocked(.init()) }
        // What the operator read of them may be older than what is parked.
        for key in start.held { keys[key] = .blocked(.init(isHeld: true, hasMore: true)) }
        parkedBefore = start.parked
        isPaused = start.isPaused
    }

    private mutating func stop(_ actions: inout [Action]) {
        switch phase {
        case .beginning: finish(&actions)
        case .working:
            phase = .stopping
            actions.append(.drain(within: policy.drain))
        case .stopping, .finished: break
        }
    }

    private mutating func finish(_ actions: inout [Action]) {
        phase = .finished
        actions.append(.finish)
    }

    /// Starts whatever may start now.
    private mutating func pump(_ actions: inout [Action]) {
        guard phase == .working || phase == .stopping else { return }
        if phase == .working, acts.begin() {
            look()
            actions.append(.obey)
        }
        if mayCall {
            if jobs.begin() { actions.append(.work) }
            startDue(&actions)
            startLanes(&actions)
        }
        settleHolds(&actions)
        save(&actions)
        if phase == .stopping {
            if running.isEmpty, parking.isEmpty, !isSaving, !jobs.isUnderWay { finish(&actions) }
        } else {
            read(&actions)
        }
    }

    private mutating func read(_ actions: inout [Action]) {
        guard !isPaused, window.count < policy.pageSize, window.count + window.unsaved < 2 * policy.pageSize,
            window.bytes < SubscriptionPolicy.windowBytes
        else { return }
        switch reading {
        case .ready:
            reading = .reading
            actions.append(.read(after: window.cursor, limit: policy.pageSize))
        case .atEnd:
            reading = .waiting
            actions.append(.wait(after: window.cursor))
        case .reading, .waiting: break
        }
    }

    private mutating func save(_ actions: inout [Action]) {
        guard checkpoint > window.saved, !isSaving else { return }
        let isDue = window.unsaved >= min(policy.saveEvery ?? policy.pageSize, policy.pageSize)
        let isAtEnd = reading == .atEnd || reading == .waiting
        guard isDue || phase == .stopping || window.isDone && (isAtEnd || isPaused) else { return }
        isSaving = true
        window.beginSaving()
        actions.append(.save(checkpoint))
    }

    /// Returns true if the events of a lane may be handed out: they fill a batch, have waited long enough, or none can join them.
    private func isRipe(_ lane: Int) -> Bool {
        guard let batch = policy.batch else { return true }
        let isFull = window.count >= policy.pageSize || window.bytes >= SubscriptionPolicy.windowBytes
        return lanes[lane].count >= batch.size || batch.age <= .zero || ripe.contains(lane) || isFull
    }

    private mutating func startLanes(_ actions: inout [Action]) {
        var isWaiting = false
        for lane in lanes.indices where !lanes[lane].isEmpty && running[.lane(lane)] == nil {
            guard mayRun else { return }
            guard isRipe(lane) else {
                isWaiting = true
                continue
            }
            let items = Array(lanes[lane].prefix(longestRun))
            lanes[lane].removeFirst(items.count)
            ripe.remove(lane)
            run(.lane(lane), items, &actions)
        }
        if isWaiting, !isRipening, let age = policy.batch?.age {
            isRipening = true
            actions.append(.ripen(after: age))
        }
    }

    mutating func run(_ runner: Runner, _ items: [SubscriptionItem], _ actions: inout [Action]) {
        running[runner] = items
        actions.append(.run(runner, window.whole(items)))
    }
}
