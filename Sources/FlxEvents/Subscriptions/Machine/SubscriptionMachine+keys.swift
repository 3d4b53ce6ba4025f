import DequeModule
import FlxCore

extension SubscriptionMachine {
    /// The reason that is kept with an event that waits behind a parked one.
    static let behind = "waits behind a parked event of the same key"

    /// Deals an event out.
    mutating func take(_ item: SubscriptionItem, _ actions: inout [Action]) {
        guard window.add(item.event) else { return }
        if keys.isEmpty, parkedBefore.isEmpty {
            lanes[lane(of: item.key)].append(item)
            return
        }
        if parkedBefore.remove(item.event.position) != nil {
            window.finish(item.event.position)
            return
        }
        switch keys[item.key] {
        case .blocked: park(item, attempts: 0, error: Self.behind, isBehind: true, &actions)
        case .aside(var aside):
            keys[item.key] = nil
            aside.items.append(item)
            keys[item.key] = .aside(aside)
        case nil: lanes[lane(of: item.key)].append(item)
        }
    }

    private func lane(of key: ExactText) -> Int {
        if lanes.count == 1 { return 0 }
        // The same lane in every process, which Swift's own hash does not give.
        return Int(ByteHash.of(key.description) % UInt64(lanes.count))
    }

    /// Marks what a run did, and lets the key of a failed event step aside.
    mutating func end(_ runner: Runner, handled: Int, failure: Failure?, _ actions: inout [Action]) {
        let items = running.removeValue(forKey: runner) ?? []
        let done = window.done(handled, of: items)
        window.finish(items.prefix(done))
        if done > 0 { breaker.succeeded() }
        let rest = items.dropFirst(done)
        switch runner {
        case .lane(let lane):
            // What the run did not come to goes back in front.
            lanes[lane].prepend(contentsOf: rest)
            guard let failure, let failed = rest.first else { return }
            if case .event = failure {
                let own = lanes[lane].filter { $0.key == failed.key }
                lanes[lane].removeAll { $0.key == failed.key }
                keys[failed.key] = .aside(.init(items: own))
            }
            fail(failed.key, failure, &actions)
        case .key(let key):
            guard case .aside(var aside)? = keys[key] else { return }
            aside.items.removeFirst(done)
            if done > 0 { aside.attempts = 0 }
            aside.phase = .pausing
            keys[key] = .aside(aside)
            if let failure { fail(key, failure, &actions) } else { becomeDue(key) }
        }
    }

    /// Decides what becomes of the first event of a key: another attempt, the parking place, or a rest for all.
    private mutating func fail(_ key: ExactText, _ failure: Failure, _ actions: inout [Action]) {
        switch failure {
        case .outage(let chance):
            if let pause = breaker.wentOut(chance: chance) { actions.append(.retest(after: pause)) }
            becomeDue(key)
        case .event(let error, let retry, let chance):
            guard case .aside(var aside)? = keys[key], let first = aside.items.first else { return }
            if first.fault == nil, breaker.failed(first.event.position, threshold: policy.breakerThreshold) {
                actions.append(.retest(after: policy.breakerPause))
            }
            // Everything fails: nothing is learnt about this event, so its attempts are not used up. An error that no retry can mend is the
            // event's own: an event that can never be handled would make the rest permanent.
            let isHopeless = first.fault != nil || policy.parksWhileResting || retry?.attempts == 1
            guard !breaker.isOpen || isHopeless else { return becomeDue(key) }
            aside.attempts += 1
            if first.fault == nil, let pause = (retry ?? policy.retry).pause(after: aside.attempts, chance: chance) {
                actions.append(.retry(key, after: pause))
            } else {
                aside.phase = .parking
                park(first, attempts: aside.attempts, error: error, isBehind: false, &actions)
            }
            keys[key] = .aside(aside)
        }
    }

    /// The key that stepped aside goes on as soon as calls may begin, or goes back into its lane when nothing of it is left.
    mutating func becomeDue(_ key: ExactText) {
        guard case .aside(var aside)? = keys[key], aside.phase == .pausing else { return }
        if aside.items.isEmpty {
            keys[key] = nil
        } else {
            aside.phase = .due
            keys[key] = .aside(aside)
            due.append(key)
        }
    }

    /// Runs the keys whose attempt is due.
    mutating func startDue(_ actions: inout [Action]) {
        while mayRun, let key = due.popFirst() {
            guard case .aside(var aside)? = keys[key], aside.phase == .due else { continue }
            // The event that failed goes alone; what comes after it has not failed yet.
            let items = Array(aside.items.prefix(aside.attempts > 0 ? 1 : longestRun))
            aside.phase = .running
            keys[key] = .aside(aside)
            run(.key(key), items, &actions)
        }
    }

    /// The number of failed attempts with an event.
    func attempts(at item: SubscriptionItem) -> Int {
        guard case .aside(let aside)? = keys[item.key], aside.items.first?.event.position == item.event.position else { return 0 }
        return aside.attempts
    }

    // MARK: Parking

    private mutating func park(
        _ item: SubscriptionItem, attempts: Int, error: String, isBehind: Bool, _ actions: inout [Action]
    ) {
        parking[item.event.position] = item.key
        if isBehind { change(item.key) { $0.hasMore = true } }
        actions.append(.park(item, attempts: attempts, error: error, holdsKey: isBehind || policy.parking == .keyWaits))
    }

    mutating func didPark(_ position: Position, _ actions: inout [Action]) {
        window.finish(position)
        guard let key = parking.removeValue(forKey: position), case .aside(var aside)? = keys[key],
            aside.phase == .parking, aside.items.first?.event.position == position
        else { return }
        aside.items.removeFirst()
        switch policy.parking {
        case .keyWaits: block(key, aside.items, &actions)
        case .keyGoesOn:
            (aside.attempts, aside.phase) = (0, .pausing)
            keys[key] = .aside(aside)
            becomeDue(key)
        }
    }

    /// Parks what waits of a key, and from now on what comes of it.
    private mutating func block(_ key: ExactText, _ items: Deque<SubscriptionItem>, isHeld: Bool = false, _ actions: inout [Action]) {
        // What is being read just now may be older than the event that was parked.
        keys[key] = .blocked(.init(isHeld: isHeld, hasMore: true))
        for item in items { park(item, attempts: 0, error: Self.behind, isBehind: true, &actions) }
    }

    func blocked(_ key: ExactText) -> KeyState.Blocked? {
        if case .blocked(let blocked)? = keys[key] { blocked } else { nil }
    }

    mutating func change(_ key: ExactText, _ change: (inout KeyState.Blocked) -> Void) {
        guard var blocked = blocked(key) else { return }
        change(&blocked)
        keys[key] = .blocked(blocked)
    }

    // MARK: Operators

    /// Gives operators the keys that they wait for, and answers their releases.
    mutating func settleHolds(_ actions: inout [Action]) {
        guard !wanted.isEmpty || !releasing.isEmpty else { return }
        for key in wanted.sorted() where !isAtWork(key) {
            if blocked(key)?.isHeld != true {
                let own = lane(of: key)
                let items = lanes[own].filter { $0.key == key }
                lanes[own].removeAll { $0.key == key }
                if blocked(key) == nil { block(key, items, isHeld: true, &actions) }
                change(key) { $0.isHeld = true }
            }
            guard !parking.values.contains(key) else { continue }
            wanted.remove(key)
            change(key) { $0.hasMore = false }
            actions.append(.held(key))
        }
        for key in releasing.sorted() where !parking.values.contains(key) {
            releasing.remove(key)
            let goesOn = blocked(key)?.hasMore != true
            if goesOn, blocked(key) != nil { keys[key] = nil }
            change(key) { $0.hasMore = false }
            actions.append(.released(key, goesOn))
        }
    }

    private func isAtWork(_ key: ExactText) -> Bool {
        if case .aside? = keys[key] { return true }
        return running.values.contains { $0.contains { $0.key == key } }
    }

    /// Somebody is about to read what is parked: what is parked from now on he may not see.
    mutating func look() {
        guard !keys.isEmpty else { return }
        let underWay = Set(parking.values)
        for key in keys.keys where !underWay.contains(key) && blocked(key)?.isHeld == false { change(key) { $0.hasMore = false } }
    }

    /// Lets the keys go on of which nothing is parked any more.
    /// - Returns: False if that is not known of some, since more of them was parked while somebody looked.
    mutating func free(allBut blocked: Set<ExactText>) -> Bool {
        guard !keys.isEmpty else { return true }
        let underWay = Set(parking.values)
        var isSure = true
        for (key, state) in keys where !blocked.contains(key) {
            switch state {
            // What is on its way may be parked and taken back before this run knows of it, and its key waits for nothing then.
            case .aside(let aside): if aside.phase == .parking { isSure = false }
            case .blocked(let state):
                if state.isHeld { continue }
                if underWay.contains(key) || state.hasMore { isSure = false } else { keys[key] = nil }
            }
        }
        return isSure
    }
}
