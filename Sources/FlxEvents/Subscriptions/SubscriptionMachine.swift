import DequeModule
import FlxCore

/// Everything that a durable subscription decides, and nothing that it does: inputs come in, actions go out.
///
/// Events are read in pages into a window and dealt out to lanes by their key, so that events of one key follow each other and keys run
/// beside each other. A key whose event failed steps aside, with all of its later events, until that event was handled or parked; the
/// lane goes on with other keys. The checkpoint stands before the first event of the window that is not done. The parts of a split event
/// are one event to all of this: their key is that of the first, and they are handed out together.
struct SubscriptionMachine {
    /// The source of a run of calls: a lane, or a key that stepped aside.
    enum Runner: Hashable, Sendable {
        case lane(Int)
        case key(ExactText)
    }

    /// A failed attempt: the error, the retries that fit it, and the chance that shortens a pause.
    struct Failure: Sendable {
        let error: String
        var retry: RetryPolicy?
        var chance = 0.0
    }

    /// An input of the machine.
    enum Input: Sendable {
        case started(at: Position, blocked: Set<ExactText>, isPaused: Bool = false)
        case page(Page)
        case rang
        /// The first events of a run were handled; the one after them failed, if there is a failure. Each part of a split counts.
        case ran(Runner, handled: Int, failure: Failure?)
        case retryDue(ExactText)
        /// The oldest event that waits for a batch to fill has waited long enough.
        case ripened
        case breakerDue
        case parked(Position)
        case saved(Position)
        /// An operator takes up the parked events of a key: its new events wait in the window meanwhile.
        case hold(ExactText)
        /// The operator is done with the key; what is left of it stays parked, or nothing is.
        case release(ExactText, isBlocked: Bool)
        case pause
        case resume
        /// An operator may have acted; and what he wanted is done.
        case called
        case obeyed
        case stop
    }

    /// An action that the machine asks for.
    enum Action: Equatable, Sendable {
        case read(after: Position, limit: Int)
        case wait(after: Position)
        case run(Runner, [RecordedEvent])
        case retry(ExactText, after: Duration)
        case retest(after: Duration)
        case ripen(after: Duration)
        case obey
        case park(RecordedEvent, key: ExactText, attempts: Int, error: String)
        /// The key is held, and nothing of it is on its way to the parking place any more; or it is at work, and cannot be held.
        case held(ExactText, Bool)
        case save(Position)
        case finish
    }

    /// One event of the window.
    struct Slot {
        let position: Position
        let recordedTime: Timestamp
        var isDone = false
    }

    /// A key whose first event failed, with its later events.
    struct Aside {
        var events: Deque<RecordedEvent>
        var attempts = 0
        /// True if its first events are being handled, here or by an operator.
        var isRunning = false
        /// True if an attempt is due that a pause holds back.
        var isDue = false
    }

    let policy: SubscriptionPolicy
    let keyOf: @Sendable (RecordedEvent) -> ExactText

    private(set) var window = Deque<Slot>()
    private var parts = SplitParts()
    private(set) var lanes: [Deque<RecordedEvent>]
    private(set) var running: [Runner: [RecordedEvent]] = [:]
    private(set) var aside: [ExactText: Aside] = [:]
    /// Keys with a parked event behind which the later ones wait.
    private(set) var blocked: Set<ExactText> = []
    /// The events on their way to the parking place, with their keys.
    private(set) var parking: [Position: ExactText] = [:]
    private(set) var breaker = CircuitBreaker()
    /// The position up to which the log was read, and that of the saved checkpoint.
    private(set) var cursor = Position.start
    private(set) var saved = Position.start
    /// The events that are done and not below a saved checkpoint, and those of them whose checkpoint is being saved.
    private var (unsaved, saving) = (0, 0)
    private(set) var isPaused = false
    private var (isStarted, isReading, isWaiting, isSaving, isAtEnd, isStopping) = (false, false, false, false, false, false)
    private var isFinished = false
    /// The lanes whose events have waited long enough for a batch, and whether a time for more of them runs.
    private var ripe: Set<Int> = []
    private var isRipening = false
    /// True if an operator's acts are being obeyed, and were called for again meanwhile.
    private var (isObeying, isCalled) = (false, false)

    init(policy: SubscriptionPolicy, keyOf: @escaping @Sendable (RecordedEvent) -> ExactText) {
        self.policy = policy
        self.keyOf = keyOf
        lanes = Array(repeating: Deque(), count: max(1, policy.parallelism))
    }

    /// Every event up to here is handled or parked.
    var checkpoint: Position {
        window.first.map { Position(unchecked: $0.position.value - 1) } ?? cursor
    }

    /// Takes what happened and says what to do.
    mutating func handle(_ input: Input) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .started(let position, let keys, let isPaused):
            (cursor, saved, blocked, isStarted) = (position, position, keys, true)
            self.isPaused = isPaused
        case .page(let page): take(page, &actions)
        case .rang: (isWaiting, isAtEnd) = (false, false)
        case .ran(let runner, let handled, let failure): end(runner, handled: handled, failure: failure, &actions)
        case .retryDue(let key): runAside(key, &actions)
        case .breakerDue: breaker.halfOpen()
        case .ripened: ripen()
        case .called: isCalled = true
        case .obeyed: isObeying = false
        case .parked(let position): finishParking(position, &actions)
        case .saved(let position):
            (saved, isSaving) = (position, false)
            unsaved -= saving
        case .pause: isPaused = true
        case .resume: resume(&actions)
        case .hold(let key): hold(key, &actions)
        case .release(let key, let isBlocked): release(key, isBlocked: isBlocked, &actions)
        case .stop: isStopping = true
        }
        pump(&actions)
        return actions
    }
}

extension SubscriptionMachine {
    /// Deals a page out.
    private mutating func take(_ page: Page, _ actions: inout [Action]) {
        isReading = false
        isAtEnd = page.isLast
        cursor = max(cursor, page.through)
        for event in page.events {
            guard event.position != window.last?.position else {
                parts.add(event)
                continue
            }
            window.append(Slot(position: event.position, recordedTime: event.recordedTime))
            let key = keyOf(event)
            if blocked.contains(key) {
                park(event, key: key, attempts: 0, error: Self.behind, &actions)
            } else if aside[key] != nil {
                aside[key]?.events.append(event)
            } else {
                lanes[lane(of: key)].append(event)
            }
        }
    }

    /// The reason that is kept with an event that waits behind a parked one.
    static let behind = "waits behind a parked event of the same key"

    private func lane(of key: ExactText) -> Int {
        if lanes.count == 1 { return 0 }
        // The same lane in every process, which Swift's own hash does not give.
        return Int(ByteHash.of(key.description) % UInt64(lanes.count))
    }

    /// Marks what a run did, and lets the key of a failed event step aside.
    private mutating func end(_ runner: Runner, handled: Int, failure: Failure?, _ actions: inout [Action]) {
        let events = running.removeValue(forKey: runner) ?? []
        let handled = parts.done(handled, of: events)
        done(events.prefix(handled))
        if handled > 0 { breaker.succeeded() }
        switch runner {
        case .key(let key):
            aside[key]?.isRunning = false
            aside[key]?.events.removeFirst(handled)
            if handled > 0 { aside[key]?.attempts = 0 }
            if let failure { fail(key, failure, &actions) } else { runAside(key, &actions) }
        case .lane(let lane):
            // What the run did not come to goes back in front; what belongs to a failed event's key steps aside with it.
            guard handled < events.count else { return }
            lanes[lane].prepend(contentsOf: events.dropFirst(handled))
            guard let failure else { return }
            let key = keyOf(events[handled])
            aside[key] = Aside(events: lanes[lane].filter { keyOf($0) == key })
            lanes[lane].removeAll { keyOf($0) == key }
            fail(key, failure, &actions)
        }
    }

    /// Decides what becomes of the first event of a key that stepped aside: another attempt, the parking place, or a rest for all.
    private mutating func fail(_ key: ExactText, _ failure: Failure, _ actions: inout [Action]) {
        guard var entry = aside[key], let event = entry.events.first else { return }
        if breaker.failed(event.position, threshold: policy.breakerThreshold) {
            actions.append(.retest(after: policy.breakerPause))
        }
        if breaker.isOpen {
            // Everything fails: nothing is learnt about this event, so its attempts are not used up.
            actions.append(.retry(key, after: policy.breakerPause))
        } else {
            entry.attempts += 1
            if let pause = (failure.retry ?? policy.retry).pause(after: entry.attempts, chance: failure.chance) {
                actions.append(.retry(key, after: pause))
            } else {
                park(event, key: key, attempts: entry.attempts, error: failure.error, &actions)
            }
        }
        aside[key] = entry
    }

    private mutating func park(_ event: RecordedEvent, key: ExactText, attempts: Int, error: String, _ actions: inout [Action]) {
        parking[event.position] = key
        actions.append(.park(event, key: key, attempts: attempts, error: error))
    }

    /// Runs the events of a key that stepped aside, or lets it back into its lane when there are none left.
    private mutating func runAside(_ key: ExactText, _ actions: inout [Action]) {
        guard let entry = aside[key], !entry.isRunning else { return }
        if entry.events.isEmpty {
            aside[key] = nil
        } else if isPaused || isStopping {
            aside[key]?.isDue = true
        } else {
            // The event that failed goes alone; what comes after it has not failed yet.
            let events = Array(entry.events.prefix(entry.attempts > 0 ? 1 : policy.batch?.size ?? policy.runLength))
            aside[key]?.isRunning = true
            run(.key(key), events, &actions)
        }
    }

    private mutating func run(_ runner: Runner, _ events: [RecordedEvent], _ actions: inout [Action]) {
        running[runner] = events
        actions.append(.run(runner, parts.whole(events)))
    }

    private mutating func finishParking(_ position: Position, _ actions: inout [Action]) {
        mark(position, from: 0)
        advance()
        guard let key = parking.removeValue(forKey: position) else { return }
        if aside[key]?.events.first?.position == position {
            aside[key]?.events.removeFirst()
            aside[key]?.attempts = 0
            policy.parking == .keyWaits ? block(key, &actions) : runAside(key, &actions)
        } else if aside[key]?.isRunning == true, !parking.values.contains(key) {
            actions.append(.held(key, true))
        }
    }

    /// Parks what a key has in the window, and from now on what comes of it.
    private mutating func block(_ key: ExactText, _ actions: inout [Action]) {
        blocked.insert(key)
        for event in aside.removeValue(forKey: key)?.events ?? [] {
            park(event, key: key, attempts: 0, error: Self.behind, &actions)
        }
    }

    private mutating func hold(_ key: ExactText, _ actions: inout [Action]) {
        guard aside[key] == nil else {
            actions.append(.held(key, false))
            return
        }
        blocked.remove(key)
        let own = lane(of: key)
        aside[key] = Aside(events: lanes[own].filter { keyOf($0) == key }, isRunning: true)
        lanes[own].removeAll { keyOf($0) == key }
        if !parking.values.contains(key) { actions.append(.held(key, true)) }
    }

    private mutating func release(_ key: ExactText, isBlocked: Bool, _ actions: inout [Action]) {
        aside[key]?.isRunning = false
        isBlocked ? block(key, &actions) : runAside(key, &actions)
    }

    private mutating func resume(_ actions: inout [Action]) {
        isPaused = false
        for key in aside.keys.sorted() where aside[key]?.isDue == true {
            aside[key]?.isDue = false
            runAside(key, &actions)
        }
    }

    /// Marks events of the window, and drops all in front that are done.
    private mutating func done(_ events: ArraySlice<RecordedEvent>) {
        var next = 0
        for event in events { next = mark(event.position, from: next) + 1 }
        advance()
    }

    /// Marks an event, and says where it stands in the window.
    /// - Parameter start: Where it stands if it follows the one before; only a guess.
    @discardableResult
    private mutating func mark(_ position: Position, from start: Int) -> Int {
        var (low, high) = (0, window.count)
        if start < high, window[start].position <= position {
            low = start
            if window[start].position == position { high = start }
        }
        while low < high {
            let middle = (low + high) / 2
            if window[middle].position < position { low = middle + 1 } else { high = middle }
        }
        if low < window.count, window[low].position == position { window[low].isDone = true }
        parts.remove(position)
        return low
    }

    private mutating func advance() {
        while window.first?.isDone == true {
            window.removeFirst()
            unsaved += 1
        }
    }

    /// Returns true if the events of a lane may be handed out: they fill a batch, have waited long enough, or none can join them.
    private func isRipe(_ lane: Int) -> Bool {
        guard let batch = policy.batch else { return true }
        return lanes[lane].count >= batch.size || ripe.contains(lane) || window.count >= policy.pageSize
    }

    private mutating func ripen() {
        isRipening = false
        ripe.formUnion(lanes.indices.filter { !lanes[$0].isEmpty })
    }

    private mutating func startLanes(_ actions: inout [Action]) {
        var isWaiting = false
        for lane in lanes.indices where running[.lane(lane)] == nil && !lanes[lane].isEmpty {
            guard isRipe(lane) else {
                isWaiting = true
                continue
            }
            let events = Array(lanes[lane].prefix(policy.batch?.size ?? policy.runLength))
            lanes[lane].removeFirst(events.count)
            ripe.remove(lane)
            run(.lane(lane), events, &actions)
        }
        if isWaiting, !isRipening, let age = policy.batch?.age {
            isRipening = true
            actions.append(.ripen(after: age))
        }
    }

    private mutating func save(_ actions: inout [Action]) {
        guard checkpoint > saved, !isSaving else { return }
        let isDue = unsaved >= min(policy.saveEvery ?? policy.pageSize, policy.pageSize)
        guard isDue || isStopping || window.isEmpty && (isAtEnd || isPaused) else { return }
        isSaving = true
        saving = unsaved
        actions.append(.save(checkpoint))
    }

    /// Starts whatever may start now.
    private mutating func pump(_ actions: inout [Action]) {
        guard isStarted, !isFinished else { return }
        if isCalled, !isObeying {
            (isCalled, isObeying) = (false, true)
            actions.append(.obey)
        }
        if !isPaused, !isStopping, !breaker.isOpen { startLanes(&actions) }
        save(&actions)
        if isStopping {
            isFinished = running.isEmpty && !isSaving
            if isFinished { actions.append(.finish) }
        } else if !isReading, !isWaiting, !isPaused, window.count < policy.pageSize, window.count + unsaved < 2 * policy.pageSize {
            if isAtEnd {
                isWaiting = true
                actions.append(.wait(after: cursor))
            } else {
                isReading = true
                actions.append(.read(after: cursor, limit: policy.pageSize))
            }
        }
    }
}
