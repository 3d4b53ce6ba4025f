public import FlxCore

/// The generation to read.
public enum ViewSource: Hashable, Sendable {
    /// The current one of a view, whichever it is at that moment.
    case view(String)
    /// A certain one.
    case generation(ViewGeneration.ID)
}

/// A query for documents of a view, in an order.
public struct ViewQuery: Hashable, Sendable {
    /// A part of an index, from a value to a value, both included.
    public struct Range: Hashable, Sendable {
        /// The name of the index.
        @Exact public private(set) var index: String
        /// The first value; nil for the beginning of the index.
        public let from: StateEntry.Value?
        /// The last value; nil for the end of the index.
        public let through: StateEntry.Value?
    }

    /// The place after which a page begins.
    public struct Cursor: Hashable, Sendable {
        /// The value of the last document in the index that is read; nil in the order of keys.
        public let value: StateEntry.Value?
        /// The key of the last document.
        @Exact public private(set) var key: String

        /// Names a place.
        public init(value: StateEntry.Value? = nil, key: String) {
            self.value = value
            self.key = key
        }
    }

    /// The part of an index; nil for all documents in the order of their keys.
    public var range: Range?
    /// The place after which to begin; nil for the beginning.
    public var after: Cursor?
    /// The maximum number of documents, from 1. A page also ends before it holds more than ``FlxCore/StoreLimits/pageBytes``.
    public var limit: Int

    /// All documents, in the order of the bytes of their keys.
    public static func all(after cursor: Cursor? = nil, limit: Int = 1_000) -> ViewQuery {
        ViewQuery(range: nil, after: cursor, limit: limit)
    }

    /// The documents that have a value in an index, in the order of their keys.
    public static func `where`(_ entry: ViewEntry, after cursor: Cursor? = nil, limit: Int = 1_000) -> ViewQuery {
        ViewQuery(range: Range(index: entry.index, from: entry.value, through: entry.value), after: cursor, limit: limit)
    }

    /// The documents in a part of an index, by value and then by key.
    public static func index(
        _ name: String, from first: StateEntry.Value? = nil, through last: StateEntry.Value? = nil, after cursor: Cursor? = nil,
        limit: Int = 1_000
    ) -> ViewQuery {
        ViewQuery(range: Range(index: name, from: first, through: last), after: cursor, limit: limit)
    }
}

/// A page of documents, all as of one moment.
public struct ViewPage: Hashable, Sendable {
    /// The generation that was read, with how far it had come.
    public let generation: ViewGeneration
    /// The documents.
    public let documents: [ViewDocument]
    /// The place after which the next page begins; nil for the last page. A view may have been switched by then: to read on in the same
    /// generation, ask for it by its number.
    public let next: ViewQuery.Cursor?

    /// Joins the parts.
    public init(generation: ViewGeneration, documents: [ViewDocument], next: ViewQuery.Cursor?) {
        self.generation = generation
        self.documents = documents
        self.next = next
    }
}
