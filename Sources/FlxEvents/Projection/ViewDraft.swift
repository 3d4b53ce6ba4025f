public import FlxCore

/// The documents of a view while a page of events is applied to them.
public struct ViewDraft<Document: Sendable>: Sendable {
    /// A document before it was set.
    @usableFromInline
    struct Former: Sendable {
        @usableFromInline let place: Int
        @usableFromInline let document: Document?
        @usableFromInline let isChanged: Bool

        @usableFromInline
        init(_ place: Int, _ document: Document?, isChanged: Bool) {
            (self.place, self.document, self.isChanged) = (place, document, isChanged)
        }
    }

    /// The keys of the documents that are here; the places of documents are theirs.
    @usableFromInline var keys = DraftKeys()
    @usableFromInline var documents: [Document?] = []
    @usableFromInline var areChanged: [Bool] = []
    /// What was set by the event that is being applied.
    @usableFromInline var journal: [Former] = []
    /// The events to append with the step.
    private(set) var events: [StreamWrite] = []
    /// The numbers of documents and events before the event that is being applied.
    private var before = (documents: 0, events: 0)

    /// The document under a key; nil where there is none. Setting nil removes it.
    @inlinable public subscript(key: String) -> Document? {
        mutating get { keys.find(key).flatMap { documents[$0] } }
        set {
            let place = keys.place(of: key)
            if place == documents.count {
                documents.append(newValue)
                areChanged.append(true)
            } else {
                journal.append(Former(place, documents[place], isChanged: areChanged[place]))
                documents[place] = newValue
                areChanged[place] = true
            }
        }
    }

    /// The document under a key, or another one to begin with.
    @inlinable public subscript(key: String, default initial: @autoclosure () -> Document) -> Document {
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

    /// The documents that were requested and are not here.
    var missing: Set<ExactText> { keys.missing }

    /// The documents that were set, with their keys; nil for one that was removed.
    var changes: [(key: String, document: Document?)] {
        keys.all.indices.filter { areChanged[$0] }.map { (keys.all[$0].description, documents[$0]) }
    }

    /// Begins with an event.
    mutating func begin() {
        if !journal.isEmpty { journal.removeAll(keepingCapacity: true) }
        before = (documents.count, events.count)
    }

    /// Undoes what was done since ``begin()``.
    mutating func undo() {
        for former in journal.reversed() {
            (documents[former.place], areChanged[former.place]) = (former.document, former.isChanged)
        }
        if !journal.isEmpty { journal.removeAll(keepingCapacity: true) }
        guard documents.count > before.documents || events.count > before.events else { return }
        keys.keep(before.documents)
        documents.removeLast(documents.count - before.documents)
        areChanged.removeLast(areChanged.count - before.documents)
        events.removeLast(events.count - before.events)
    }

    /// Puts in what was missing.
    mutating func fill(_ found: [(key: ExactText, document: Document?)]) {
        for (key, document) in found where keys.place(of: key.description) == documents.count {
            documents.append(document)
            areChanged.append(false)
        }
        keys.missing = []
    }
}

/// The keys of a draft. They are compared by their bytes: as texts, look-alikes would be equal.
@usableFromInline
struct DraftKeys: Sendable {
    /// The keys in the order in which they came.
    private(set) var all: [ExactText] = []
    private var places: [ExactText: Int] = [:]
    /// The keys that were looked for and are not here.
    var missing: Set<ExactText> = []

    /// The place of a key; nil for one that is missing.
    @usableFromInline
    mutating func find(_ key: String) -> Int? {
        let key = ExactText(key)
        if let place = places[key] { return place }
        missing.insert(key)
        return nil
    }

    /// The place of a key; one that is not here comes to the end.
    @usableFromInline
    mutating func place(of key: String) -> Int {
        let key = ExactText(key)
        if let place = places[key] { return place }
        places[key] = all.count
        all.append(key)
        return all.count - 1
    }

    /// Removes all but the first keys.
    mutating func keep(_ count: Int) {
        for key in all[count...] { places[key] = nil }
        all.removeLast(all.count - count)
    }
}
