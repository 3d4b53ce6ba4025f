import DequeModule
import FlxCore

/// The events in flight: those that were read and whose checkpoint is not saved, in the order of their positions.
///
/// The checkpoint stands before the first event that is not done. The parts of a split event are one event here.
struct EventWindow {
    private struct Slot {
        let position: Position
        /// The approximate memory of the event with all of its parts.
        var bytes: Int
        var isDone = false
    }

    private var slots = Deque<Slot>()
    private var parts = SplitParts()
    /// The approximate memory of the events in bytes.
    private(set) var bytes = 0
    /// The position up to which the log was read.
    private(set) var cursor: Position
    /// The position of the saved checkpoint.
    private(set) var saved: Position
    /// The position of the event that was taken in last.
    private var last = Position.start
    /// The events that are done and not below a saved checkpoint, and those of them whose checkpoint is being saved.
    private(set) var (unsaved, saving) = (0, 0)

    init(after position: Position) {
        (cursor, saved) = (position, position)
    }

    /// The number of events that are not below the checkpoint.
    var count: Int { slots.count }
    /// True if every event that was read is done.
    var isDone: Bool { slots.isEmpty }
    /// The position up to which every event is done.
    var checkpoint: Position { slots.first.map { Position(unchecked: $0.position.value - 1) } ?? cursor }

    /// Takes in an event that was read.
    /// - Returns: False for a further part of the event before it, which goes the way of that one.
    mutating func add(_ event: RecordedEvent) -> Bool {
        let bytes = event.event.approximateBytes
        guard event.position != last else {
            // Of an event that is done already, no part is needed.
            if let slot = slots.last, slot.position == last, !slot.isDone {
                parts.add(event)
                slots[slots.count - 1].bytes += bytes
                self.bytes += bytes
            }
            return false
        }
        last = event.position
        slots.append(Slot(position: event.position, bytes: bytes))
        self.bytes += bytes
        return true
    }

    /// The log was read up to a position.
    mutating func read(through position: Position) {
        cursor = max(cursor, position)
    }

    /// The events with their further parts behind each.
    func whole(_ items: [SubscriptionItem]) -> [SubscriptionItem] { parts.whole(items) }

    /// The number of events that are done with all of their parts, when a number of the parts is handled.
    func done(_ handled: Int, of items: [SubscriptionItem]) -> Int { parts.done(handled, of: items) }

    /// Marks events as done.
    mutating func finish(_ items: ArraySlice<SubscriptionItem>) {
        var next = 0
        for item in items { next = mark(item.event.position, from: next) + 1 }
        advance()
    }

    /// Marks the event at a position as done.
    mutating func finish(_ position: Position) {
        mark(position, from: 0)
        advance()
    }

    /// The checkpoint is about to be saved.
    mutating func beginSaving() { saving = unsaved }

    mutating func didSave(_ position: Position) {
        saved = position
        unsaved -= saving
    }

    /// Marks an event, and says where it stands in the window.
    /// - Parameter start: Where it stands if it follows the one before; only a guess.
    @discardableResult
    private mutating func mark(_ position: Position, from start: Int) -> Int {
        var (low, high) = (0, slots.count)
        if start < high, slots[start].position <= position {
            low = start
            if slots[start].position == position { high = start }
        }
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].position < position { low = middle + 1 } else { high = middle }
        }
        if low < slots.count, slots[low].position == position { slots[low].isDone = true }
        parts.remove(position)
        return low
    }

    private mutating func advance() {
        while let first = slots.first, first.isDone {
            slots.removeFirst()
            bytes -= first.bytes
            unsaved += 1
        }
    }
}
