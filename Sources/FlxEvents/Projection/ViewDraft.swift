public import FlxCore

/// The documents of a view while a page of events is applied to them.
public struct ViewDraft<Document: Sendable>: Sendable {
    /// A key by its bytes: as texts, look-alikes would be equal.
    struct Key: Hashable, Sendable {
        let text: String

        static func == (left: Key, right: Key) -> Bool { ExactText.same(left.text, right.text) }
        func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
    }

    struct Slot: Sendable {
        var document: Document?
        var isChanged = false
    }

    private(set) var slots: [Key: Slot] = [:]
    /// The requested documents that are not here.
    private(set) var missing: Set<Key> = []
    /// The events to append with the step.
    private(set) var events: [StreamWrite] = []
    /// The state before the event that is being applied.
    private var journal: [(key: Key, slot: Slot?)] = []
    private var eventsBefore = 0

    /// The document under a key; nil where there is none. Setting nil removes it.
    public subscript(key: String) -> Document? {
        mutating get {
            let key = Key(text: key)
            if let slot = slots[key] { return slot.document }
            missing.insert(key)
            return nil
        }
        set {
            let key = Key(text: key)
            journal.append((key, slots[key]))
            slots[key] = Slot(document: newValue, isChanged: true)
        }
    }

    /// The document under a key, or another one to begin with.
    public subscript(key: String, default initial: @autoclosure () -> Document) -> Document {
        mutating get { self[key] ?? initial() }
        set { self[key] = newValue }
    }

    /// Appends events to a stream in the transaction of the view: they are recorded exactly once.
    ///
    /// It is how a view has effects: subscriptions react to the events. While a view is rebuilt nothing is appended; the former build
    /// appends for all events up to the switch, the new one for all after it.
    public mutating func append(_ events: [Event], to stream: StreamName) {
        self.events.append(StreamWrite(events, to: stream))
    }

    /// Begins with an event.
    mutating func begin() {
        journal.removeAll(keepingCapacity: true)
        eventsBefore = events.count
    }

    /// Undoes what was done since ``begin()``.
    mutating func undo() {
        for (key, slot) in journal.reversed() { slots[key] = slot }
        journal.removeAll(keepingCapacity: true)
        events.removeLast(events.count - eventsBefore)
    }

    /// Puts in what was missing.
    mutating func fill(_ documents: [(key: Key, document: Document?)]) {
        for (key, document) in documents where slots[key] == nil { slots[key] = Slot(document: document) }
        missing = []
    }
}
