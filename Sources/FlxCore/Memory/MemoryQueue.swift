import DequeModule

/// A queue of a ``MemoryBroker``: a value that assigns items to workers; its owner wakes them.
struct MemoryQueue: Sendable {
    /// An event in the queue.
    struct Item: Sendable {
        let event: Event
        /// Its place in the queue.
        let number: UInt64
        var isRedelivered = false
    }

    /// An item for a waiting worker.
    struct Handover: Sendable {
        let worker: UInt64
        let item: Item
    }

    private(set) var patterns: [EventPattern] = []
    /// Events and bytes in the queue or being handled. Taken items still count, so there is always room to put them back.
    private(set) var load = (events: 0, bytes: 0)
    private var ready: Deque<Item> = []
    private var lastNumber: UInt64 = 0
    private var workers: Deque<UInt64> = []

    mutating func bind(_ pattern: EventPattern) {
        if !patterns.contains(pattern) { patterns.append(pattern) }
    }

    func wants(_ event: Event) -> Bool {
        patterns.contains { $0.matches(event.type) }
    }

    mutating func add(_ event: Event) -> Handover? {
        load = (load.events + 1, load.bytes + event.approximateBytes)
        lastNumber += 1
        ready.append(Item(event: event, number: lastNumber))
        return handover()
    }

    /// Gives the worker an item, or lets it wait for one.
    mutating func take(for worker: UInt64) -> Item? {
        guard let item = ready.popFirst() else {
            workers.append(worker)
            return nil
        }
        return item
    }

    mutating func stopWaiting(_ worker: UInt64) {
        workers.removeAll { $0 == worker }
    }

    /// Removes an item after its settlement.
    mutating func remove(_ item: Item) {
        load = (load.events - 1, load.bytes - item.event.approximateBytes)
    }

    /// Puts an item back at its original place, before everything published after it, in any order of return.
    mutating func putBack(_ item: Item) -> Handover? {
        ready.insert(item, at: ready.firstIndex { $0.number > item.number } ?? ready.endIndex)
        return handover()
    }

    private mutating func handover() -> Handover? {
        guard !ready.isEmpty, let worker = workers.popFirst(), let item = ready.popFirst() else { return nil }
        return Handover(worker: worker, item: item)
    }
}
