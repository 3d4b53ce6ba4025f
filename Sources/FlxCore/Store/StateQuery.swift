/// A query for records of a space, in an order.
public struct StateQuery: Hashable, Sendable {
    /// The order of the records, and the requested part of it.
    public enum Order: Hashable, Sendable {
        /// By the bytes of their names: all records with a prefix.
        case names(prefix: ExactText)
        /// By an index: by value, and by name for equal values.
        case index(Range)
    }

    /// A part of an index.
    public struct Range: Hashable, Sendable {
        /// The name of the index.
        @Exact public private(set) var index: String
        /// The least value; nil for the first one of the index.
        public let from: StateEntry.Value?
        /// The greatest value; nil for the last one of the index.
        public let through: StateEntry.Value?

        /// Names a part of an index.
        public init(_ index: String, from: StateEntry.Value? = nil, through: StateEntry.Value? = nil) {
            self.index = index
            self.from = from
            self.through = through
        }
    }

    /// A place between two records.
    public struct Cursor: Hashable, Sendable {
        /// The value in the index; nil in the order of names.
        public let value: StateEntry.Value?
        /// The name of the record.
        @Exact public private(set) var name: String

        /// Names a place behind a record.
        public init(value: StateEntry.Value? = nil, name: String) {
            self.value = value
            self.name = name
        }
    }

    /// The space.
    public var space: StateSpace
    /// The order of the records.
    public var order: Order
    /// True to reverse the order.
    public var isReversed = false
    /// The end of an earlier page; nil for the beginning.
    public var after: Cursor?
    /// The most records on the page, from 1. A page also ends before it holds more than ``StoreLimits/pageBytes`` of bodies, names and
    /// entries; it holds one record at least.
    public var limit: Int
    /// True to leave out the bodies.
    public var omitsBodies = false
    /// Keys of further records to read at the same moment.
    public var keys: [StateKey] = []

    /// The records of a space with a prefix, in the order of their names.
    public init(_ space: StateSpace, prefix: String = "", after: Cursor? = nil, limit: Int = 1_000) {
        (self.space, order, self.after, self.limit) = (space, .names(prefix: ExactText(prefix)), after, limit)
    }

    /// The records of a space in the order of an index. A record with several values in the range appears once for each.
    public init(_ space: StateSpace, by range: Range, after: Cursor? = nil, limit: Int = 1_000) {
        (self.space, order, self.after, self.limit) = (space, .index(range), after, limit)
    }
}

/// A page of records, all as of one moment.
public struct StatePage: Hashable, Sendable {
    /// The records, in the order asked for.
    public let records: [StateRecord]
    /// The end of this page, for the next query; nil if this is the last page.
    public let next: StateQuery.Cursor?
    /// The records under ``StateQuery/keys``, in their order.
    public let beside: [StateRecord?]

    /// Joins the parts; for drivers.
    public init(records: [StateRecord], next: StateQuery.Cursor?, beside: [StateRecord?] = []) {
        self.records = records
        self.next = next
        self.beside = beside
    }
}

extension StateQuery {
    /// The page begins behind this place in an index; a cursor without a value is before all numbers. Nil for the beginning of the range,
    /// also if the cursor is before it; for drivers.
    public var placeInIndex: (value: StateEntry.Value, name: String)? {
        guard let after, case .index(let range) = order else { return nil }
        let value = after.value ?? .number(.min)
        let isBehind = isReversed ? range.through.map { $0 < value } : range.from.map { value < $0 }
        return isBehind ?? false ? nil : (value, after.name)
    }

    /// Checks names and limits; for drivers.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public func check(_ limits: StoreLimits) throws(FlxError) {
        guard limit >= 1 else { throw FlxError(.invalidValue, "state: the limit is \(limit), it must be 1 or more") }
        try space.check()
        if case .index(let range) = order { _ = try NameRule.checked(range.index, field: "index") }
        try limits.check(keys)
    }
}

extension StoreLimits {
    /// Checks keys to be read; for drivers.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public func check(_ keys: [StateKey]) throws(FlxError) {
        guard keys.count <= stateKeys else {
            throw FlxError(.limitExceeded, "state of \(keys.count) keys: the limit is \(stateKeys); ask for them in parts")
        }
        for key in keys { try key.check() }
    }
}
