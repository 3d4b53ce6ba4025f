@testable import FlxEvents
import FlxCore
import Foundation
import FlxTesting
import Testing

/// A world in which everything happens to a subscription: handlers that fail or find nobody to work with, operators who retry, discard,
/// pause, move and stop, policies that change, crashes; in an order drawn by chance.
///
/// It keeps the store: the log, what is parked, the checkpoint. What the machine asks for is done later, or never when it crashes. Each
/// invariant is looked at after each step.
private struct SubscriptionWorld {
    typealias Machine = SubscriptionMachine

    /// A retry of a key, as an operator does it.
    enum Retry: Equatable {
        case asked
        case held
        /// He read what is parked and handles it one by one.
        case working([Position])
        case releasing
    }

    /// What is recorded of a parked event.
    struct Parked {
        let key: ExactText
        let holdsKey: Bool
    }

    /// A fault of the world around the machine, which must be noticed.
    enum Plant: CaseIterable {
        /// What is parked is not known at the beginning.
        case forgetsWhatIsParked
        /// An operator does not wait until he has the key.
        case retriesAtOnce
        /// The checkpoint is saved one too far.
        case savesTooFar
    }

    let plant: Plant?
    /// True if its sessions last long.
    let isCalm: Bool
    let log: [SubscriptionItem]
    var random: SeededGenerator
    var policy: SubscriptionPolicy
    /// What each event is worth: it fails so many times, or always.
    let failures: [Position: Int]
    var machine: Machine
    var underWay: [Machine.Action] = []
    /// What the store has done and the machine does not know yet.
    var answers: [Machine.Input] = []
    var attempts: [Position: Int] = [:]
    var parked: [Position: Parked] = [:]
    var handled: [Position: Int] = [:]
    var discarded: Set<Position> = []
    var saved = Position.start
    var retries: [ExactText: Retry] = [:]
    var outages = 0
    var faults: [String] = []
    var runs = 0
    var isStopped = false
    /// The last event of each key that was handled since the subscription was moved, to see that none is overtaken.
    var last: [ExactText: Position] = [:]

    init(seed: UInt64, plant: Plant? = nil) {
        self.plant = plant
        random = SeededGenerator(seed: seed)
        let keys = Int.random(in: 1...5, using: &random)
        var (log, failures) = ([SubscriptionItem](), [Position: Int]())
        for number in 1...Int64.random(in: 5...80, using: &random) {
            let position = Position(unchecked: number)
            let key = "k\(Int.random(in: 0..<keys, using: &random))"
            let event = RecordedEvent(
                event: Event(type: "t", stream: StreamName(stringLiteral: key)), version: 1, position: position,
                recordedTime: Timestamp(nanoseconds: number))
            log.append(SubscriptionItem(event: event, key: ExactText(key), fault: number % 23 == 0 ? "unreadable" : nil))
            if Int.random(in: 0..<6, using: &random) == 0 { failures[position] = Int.random(in: 1...5, using: &random) }
        }
        (self.log, self.failures, isCalm) = (log, failures, Bool.random(using: &random))
        policy = SubscriptionPolicy()
        machine = Machine(policy: policy)
        policy = drawnPolicy()
        begin()
    }

    private mutating func drawnPolicy() -> SubscriptionPolicy {
        var policy = SubscriptionPolicy()
        policy.parallelism = Int.random(in: 1...3, using: &random)
        policy.parking = Bool.random(using: &random) ? .keyWaits : .keyGoesOn
        policy.retry = .fixed(.seconds(1), attempts: Int.random(in: 1...3, using: &random))
        policy.pageSize = [3, 7, 50].randomElement(using: &random) ?? 7
        policy.saveEvery = [nil, 1, 4].randomElement(using: &random) ?? nil
        policy.runLength = Int.random(in: 1...6, using: &random)
        policy.breakerThreshold = [2, 1_000].randomElement(using: &random) ?? 2
        if Int.random(in: 0..<4, using: &random) == 0 { policy.batch = .upTo(3, within: .seconds(1)) }
        return policy
    }

    var waiting: Set<ExactText> { Set(parked.values.filter(\.holdsKey).map(\.key)) }

    /// A new process, or a new session.
    mutating func begin(keeping kept: [ExactText: Retry] = [:]) {
        (underWay, answers) = ([], [])
        retries = kept
        last = [:]
        machine = Machine(policy: policy)
        let known = plant == .forgetsWhatIsParked ? [] : parked.keys.filter { $0 > saved }
        let start = Machine.Start(position: saved, blocked: waiting, parked: Set(known), held: Set(retries.keys))
        send(.started(start))
    }

    /// A new session of the same process, in which retries go on; those that waited for an answer got none.
    private mutating func beginAgain() {
        let kept = retries.filter { if case .working = $0.value { true } else { false } }
        begin(keeping: kept)
    }

    mutating func send(_ input: Machine.Input) {
        let former = machine.checkpoint
        for action in machine.handle(input) {
            switch action {
            case .finish: isStopped = true
            case .held(let key):
                if retries[key] != .asked { faults.append("\(key) was held for nobody") }
                if isAtWork(key) { faults.append("\(key) was held while it was at work") }
                retries[key] = .held
            case .released(let key, let goesOn):
                if retries[key] != .releasing { faults.append("\(key) was released for nobody") }
                retries[key] = goesOn ? nil : .held
            case .run(_, let items):
                runs += 1
                check(items)
                checkRun(of: items)
                underWay.append(action)
            case .park(let item, let attempts, _, let holdsKey):
                check(item, parkedAfter: attempts, holdsKey: holdsKey)
                underWay.append(action)
            default: underWay.append(action)
            }
        }
        if machine.window.count > 2 * policy.pageSize { faults.append("\(machine.window.count) events are in flight") }
        if machine.phase == .working, machine.checkpoint < former { faults.append("the checkpoint went back") }
        if machine.phase != .beginning { checkCheckpoint(after: former) }
    }

    /// No event is below the checkpoint that is not handled, parked or discarded.
    private mutating func checkCheckpoint(after former: Position) {
        guard machine.checkpoint > former else { return }
        for item in log[Int(former.value)..<Int(machine.checkpoint.value)] {
            let position = item.event.position
            if handled[position] == nil, parked[position] == nil, !discarded.contains(position) {
                faults.append("\(position) is below the checkpoint \(machine.checkpoint), and nothing was done about it")
            }
        }
    }

    /// Of a key, one run goes on at a time, and none beside an operator's retry where the key waits.
    private mutating func check(_ items: [SubscriptionItem]) {
        var open: [ExactText] = []
        for case .run(_, let items) in underWay { open += Set(items.map(\.key)) }
        for key in Set(items.map(\.key)) {
            if open.contains(key) { faults.append("two runs of \(key)") }
            if case .working? = retries[key] { faults.append("a run of \(key) beside its retry") }
            // Behind a parked event nothing is handed out.
            let first = items.first { $0.key == key }?.event.position ?? .start
            let before = parked.contains { $0.value.key == key && $0.value.holdsKey && $0.key < first }
            if before, retries[key] == nil { faults.append("\(first) of \(key) overtakes a parked event") }
        }
    }

    /// A run begins only where calls may, and after a rest a few of one event each show whether things are better.
    private mutating func checkRun(of items: [SubscriptionItem]) {
        if !machine.mayCall || machine.breaker.isOpen { faults.append("a run begins while none may") }
        let isTrial = machine.breaker.isHalfOpen && policy.batch == nil
        if items.count > (isTrial ? 1 : policy.longestRun) { faults.append("a run of \(items.count) events") }
        if machine.breaker.isHalfOpen, machine.running.count > policy.parallelism { faults.append("\(machine.running.count) trials") }
    }

    /// An event is parked when its attempts are used up, or behind another one.
    private mutating func check(_ item: SubscriptionItem, parkedAfter count: Int, holdsKey: Bool) {
        let position = item.event.position
        let tried = attempts[position, default: 0]
        let isDue = item.fault == nil ? count == policy.retry.attempts && tried >= count : count == 1
        let isBehind = count == 0 && holdsKey && (waiting.contains(item.key) || retries[item.key] != nil || isWaited(item.key))
        if !isDue && !isBehind { faults.append("\(position) was parked after \(count) attempts of \(tried)") }
        if count > 0, holdsKey != (policy.parking == .keyWaits) { faults.append("\(position) holds its key: \(holdsKey)") }
    }

    /// True if an event of the key is on its way to the parking place, or was parked in this step.
    private func isWaited(_ key: ExactText) -> Bool {
        machine.blockedKeys.contains(key)
    }

    private mutating func handle(_ item: SubscriptionItem) -> Bool? {
        let position = item.event.position
        if outages > 0 {
            outages -= 1
            return nil
        }
        attempts[position, default: 0] += 1
        guard item.fault == nil, attempts[position, default: 0] > failures[position] ?? 0 else { return false }
        handled[position, default: 0] += 1
        return true
    }

    /// Of a key, none is handed out after a later one.
    private mutating func note(_ item: SubscriptionItem) {
        if let before = last[item.key], before > item.event.position { faults.append("\(item.event.position) after \(before)") }
        last[item.key] = item.event.position
    }

    /// True if an event of the key is with the handler or on its way to the parking place.
    private func isAtWork(_ key: ExactText) -> Bool {
        underWay.contains { action in
            switch action {
            case .park(let item, _, _, _): item.key == key
            case .run(_, let items): items.contains { $0.key == key }
            default: false
            }
        }
    }

    mutating func perform(_ action: Machine.Action) {
        switch action {
        case .read(let position, let limit):
            let items = Array(log.filter { $0.event.position > position }.prefix(limit))
            let through = items.last?.event.position ?? position
            send(.page(items, through: through, isLast: through == log.last?.event.position))
        case .run(let runner, let items):
            for (index, item) in items.enumerated() {
                if index > 0, !machine.mayCall { return send(.ran(runner, handled: index, failure: nil)) }
                switch handle(item) {
                case nil: return send(.ran(runner, handled: index, failure: .outage()))
                case false?: return send(.ran(runner, handled: index, failure: .event(error: "no")))
                case true?: note(item)
                }
            }
            send(.ran(runner, handled: items.count, failure: nil))
        case .retry(let key, _): send(.retryDue(key))
        case .retest: send(.breakerDue)
        case .ripen: send(.ripened)
        case .obey: answers.append(.obeyed(blocked: waiting, hasJobs: Bool.random(using: &random)))
        case .work: send(.worked)
        case .drain: break
        case .park(let item, _, _, let holdsKey):
            if parked[item.event.position] != nil { faults.append("\(item.event.position) was parked twice") }
            parked[item.event.position] = Parked(key: item.key, holdsKey: holdsKey)
            answers.append(.parked(item.event.position))
        case .save(let position):
            saved = plant == .savesTooFar ? Position(unchecked: min(position.value + 1, Int64(log.count))) : position
            answers.append(.saved(position))
        case .wait, .held, .released, .finish: break
        }
    }

    /// The next step of an operator who retries a key.
    mutating func advance(_ key: ExactText) {
        switch retries[key] {
        case .held?: retries[key] = .working(parked.filter { $0.value.key == key }.map(\.key).sorted())
        case .working(let positions)?:
            guard let position = positions.first else {
                retries[key] = .releasing
                return send(.release(key))
            }
            retries[key] = .working(Array(positions.dropFirst()))
            guard parked[position] != nil, let item = log.first(where: { $0.event.position == position }) else { return }
            if handle(item) == true {
                parked[position] = nil
                // What is found empty is looked at again.
                if positions.count == 1 { retries[key] = .held }
            } else {
                retries[key] = nil
                send(.leave(key))
            }
        case .asked?, .releasing?, nil: break
        }
    }

    /// An operator wants to retry a key of which something is parked.
    private mutating func retry(_ key: ExactText) {
        guard parked.contains(where: { $0.value.key == key }) else { return }
        retries[key] = plant == .retriesAtOnce ? .held : .asked
        if plant != .retriesAtOnce { send(.hold(key)) }
    }

    /// An operator does not wait any longer.
    private mutating func giveUp() {
        let waiting = retries.filter { $0.value == .asked || $0.value == .releasing }.keys.sorted()
        guard let key = waiting.randomElement(using: &random) else { return }
        retries[key] = nil
        send(.leave(key))
    }

    /// One thing happens.
    mutating func step(_ mischief: Bool) {
        let keys = log.map(\.key)
        let drawn = Int.random(in: 0..<(mischief ? 66 : 40), using: &random)
        if isCalm, [51, 52, 53, 55, 60, 61].contains(drawn), Int.random(in: 0..<10, using: &random) > 0 { return }
        switch drawn {
        case 40...42: if let key = keys.randomElement(using: &random), retries[key] == nil { retry(key) }
        case 43, 44: if let position = parked.keys.sorted().randomElement(using: &random) {
            parked[position] = nil
            discarded.insert(position)
            send(.called)
        }
        case 45, 46: send(.pause)
        case 47...49: send(.resume)
        case 50: outages = Int.random(in: 1...4, using: &random)
        case 51: begin()
        case 52:
            policy = drawnPolicy()
            begin()
        case 53: saved = Position(unchecked: Int64.random(in: 0...machine.checkpoint.value, using: &random)); begin()
        case 54: send(.called)
        case 55: send(.stop)
        case 56...59: send(.rang)
        case 60, 61: beginAgain()
        case 62, 63: giveUp()
        case 64, 65: if let key = parked.values.map(\.key).sorted().randomElement(using: &random) {
            for (position, entry) in parked where entry.key == key {
                parked[position] = nil
                discarded.insert(position)
            }
            send(.called)
        }
        case 0..<8 where !answers.isEmpty: send(answers.remove(at: answers.indices.randomElement(using: &random) ?? 0))
        case 30..<40: if let key = retries.keys.sorted().randomElement(using: &random) { advance(key) }
        default:
            guard let index = underWay.indices.randomElement(using: &random) else { return }
            if case .wait = underWay[index] { return }
            perform(underWay.remove(at: index))
        }
        if isStopped {
            isStopped = false
            begin()
        }
    }

    /// Lets everything end, and says what is left undone.
    mutating func settle() {
        outages = 0
        send(.resume)
        for _ in 0..<20_000 {
            if isStopped {
                isStopped = false
                begin()
                send(.resume)
            }
            for key in retries.keys.sorted() { advance(key) }
            if !answers.isEmpty { send(answers.removeFirst()) }
            guard let index = underWay.indices.filter({ !isRest(underWay[$0]) }).randomElement(using: &random) else {
                if retries.isEmpty, answers.isEmpty, !isStopped { break }
                continue
            }
            perform(underWay.remove(at: index))
        }
        for item in log {
            let position = item.event.position
            let places = (handled[position] != nil, parked[position] != nil, discarded.contains(position))
            if !places.0, !places.1, !places.2 { faults.append("\(position) is lost") }
        }
        if machine.checkpoint != log.last?.event.position { faults.append("it stands at \(machine.checkpoint) with nothing to do") }
        if machine.checkpoint != saved { faults.append("the checkpoint \(machine.checkpoint) is not saved but \(saved)") }
        if machine.blockedKeys != waiting { faults.append("blocked are \(machine.blockedKeys), parked \(waiting)") }
        if !retries.isEmpty { faults.append("retries wait: \(retries)") }
    }

    private func isRest(_ action: Machine.Action) -> Bool {
        switch action { case .wait, .drain: true; default: false }
    }
}

/// The promises of a subscription, under random schedules of everything that can happen to it.
@Suite struct SubscriptionModelTests {
    private static let worlds: UInt64 = ProcessInfo.processInfo.environment["FLX_FULL"] == "1" ? 2_500 : 4

    @Test(arguments: 0..<40 as Range<UInt64>)
    func everyPromiseHoldsWhateverHappens(block: UInt64) {
        for seed in block * Self.worlds..<(block + 1) * Self.worlds {
            var world = SubscriptionWorld(seed: seed)
            for _ in 0..<400 where world.faults.isEmpty { world.step(true) }
            if world.faults.isEmpty { world.settle() }
            #expect(world.faults.isEmpty, "seed \(seed): \(world.faults.prefix(3))")
            #expect(world.runs > 0, "seed \(seed)")
        }
    }

    @Test(arguments: SubscriptionWorld.Plant.allCases)
    fileprivate func plantedFaultsAreNoticed(plant: SubscriptionWorld.Plant) {
        let found = (0..<200 as Range<UInt64>).contains { seed in
            var world = SubscriptionWorld(seed: seed, plant: plant)
            for _ in 0..<400 where world.faults.isEmpty { world.step(true) }
            if world.faults.isEmpty { world.settle() }
            return !world.faults.isEmpty
        }
        #expect(found)
    }
}
