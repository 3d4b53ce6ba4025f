import FlxCore
import FlxEvents

/// The views that `flx projections` can build: the counts of ``CountsByType`` and ``CountsByStream``, kept in the store.
enum StoredCounts: String, CaseIterable {
    case types, streams

    /// The view in a store.
    func view(in store: any StateStore) -> any StoredView {
        switch self {
        case .types: StoredDocuments(TypeCounts(), in: store)
        case .streams: StoredDocuments(StreamCounts(), in: store)
        }
    }
}

/// The number of occurrences, and the position of the last one.
struct StoredCount: Codable, Sendable {
    var events: Int64 = 0
    var lastPosition: Int64 = 0

    mutating func add(_ recorded: RecordedEvent) {
        events += 1
        lastPosition = recorded.position.value
    }
}

/// The counts of events by type; found by their number in the index `events`.
struct TypeCounts: DocumentView {
    static let name = StoredCounts.types.rawValue

    static func entries(of count: StoredCount) -> [ViewEntry] { [ViewEntry("events", count.events)] }

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<StoredCount>) -> Bool {
        counts[recorded.event.type.description, default: StoredCount()].add(recorded)
        return true
    }
}

/// The counts of events by stream; found by their number in the index `events`.
struct StreamCounts: DocumentView {
    static let name = StoredCounts.streams.rawValue

    static func entries(of count: StoredCount) -> [ViewEntry] { [ViewEntry("events", count.events)] }

    func apply(_ recorded: RecordedEvent, to counts: inout ViewDraft<StoredCount>) -> Bool {
        guard let stream = recorded.event.stream else { return false }
        counts[stream.description, default: StoredCount()].add(recorded)
        return true
    }
}

/// The state of a stream or another selection: its figures, and the latest value of each field of its events' data.
struct LatestFields: Projection {
    static let name = "latest-fields"
    /// The maximum number of fields; the state of a whole log stays small.
    private static let most = 10_000
    /// The maximum number of bytes of their names and their values, as JSON.
    private static let mostBytes = 64 << 20
    /// The maximum number of remembered names of fields left out.
    private static let mostLeftOut = 100_000

    private(set) var view = StreamView()
    private(set) var version: Version = .none
    private(set) var data: EventValue = [:]
    /// The number of events without fields in the data: it is no object, or has an unknown content type.
    private(set) var withoutFields: Int64 = 0
    private var count = 0
    private var bytes = 0
    private var leftOut: Set<Int> = []

    /// The number of different fields left out, and true if there are more.
    var fieldsLeftOut: (count: Int, isMore: Bool) { (leftOut.count, leftOut.count == Self.mostLeftOut) }

    mutating func apply(_ recorded: RecordedEvent) -> Bool {
        _ = view.apply(recorded)
        version = recorded.version
        let payload = recorded.event.payload
        guard case .object(let fields) = payload.fields else {
            if payload.form != .none { withoutFields += 1 }
            return true
        }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            set(value, of: key)
        }
        return true
    }

    private mutating func set(_ value: EventValue, of key: ExactText) {
        let known = data[key]
        let change = Self.bytes(of: value) - (known.map(Self.bytes) ?? -key.description.utf8.count)
        if known == nil && count == Self.most || bytes + change > Self.mostBytes || leftOut.contains(key.hashValue) {
            if leftOut.count < Self.mostLeftOut { leftOut.insert(key.hashValue) }
            guard let known else { return }
            // A former value is not the latest one.
            data[key] = nil
            (count, bytes) = (count - 1, bytes - Self.bytes(of: known) - key.description.utf8.count)
            return
        }
        if known == nil { count += 1 }
        bytes += change
        data[key] = value
    }

    private static func bytes(of value: EventValue) -> Int { value.length(upTo: .max, depth: .max) ?? .max }
}
