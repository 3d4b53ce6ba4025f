/// A part of the state of a ``StateStore``, beside its log.
public struct StateSpace: Hashable, Sendable {
    /// The lifetime of the records of a space.
    public enum Lifetime: UInt8, Hashable, Sendable {
        /// Until they are removed.
        case durable
        /// At the latest until the end of the writing process. In a store with many writing processes: until removed.
        case volatile
    }

    /// The name of the space.
    @Exact public private(set) var name: String
    /// The lifetime of its records. There is one space of each lifetime under a name.
    public let lifetime: Lifetime

    /// Names a space: 1 to 256 printable bytes. The spaces `checkpoints`, `leases`, `lease-tokens`, `snapshots`, `views`, `view-numbers`
    /// and those named `view-` and a number belong to the stores themselves: other records in them may be taken for the store's own, and be
    /// dropped.
    public init(_ name: String, _ lifetime: Lifetime = .durable) {
        self.name = name
        self.lifetime = lifetime
    }
}

/// The name of a record within a space.
public struct StateKey: Hashable, Sendable {
    /// The space.
    public let space: StateSpace
    /// The name of the record: 1 to 512 printable bytes.
    @Exact public private(set) var name: String

    /// The longest name of a record, in bytes.
    public static let maximumNameBytes = 512

    /// Names a record.
    public init(_ name: String, in space: StateSpace) {
        self.space = space
        self.name = name
    }
}

/// A record beside the log.
public struct StateRecord: Hashable, Sendable {
    /// Its key.
    public let key: StateKey
    /// A number for comparison by guards, such as a position or a token.
    public var number: Int64
    /// Anything else, at most ``StoreLimits/stateBytes``.
    public var body: [UInt8]
    /// Its entries in indexes, at most 64. An entry given twice counts once.
    public var entries: [StateEntry]
    /// The revision from the store; 0 for a record not read from a store.
    public let revision: Int64

    /// Makes a record, to be written.
    public init(_ key: StateKey, number: Int64 = 0, body: [UInt8] = [], entries: [StateEntry] = []) {
        self.init(key, number: number, body: body, entries: entries, revision: 0)
    }

    /// Creates a record read from a store; for drivers.
    public init(_ key: StateKey, number: Int64, body: [UInt8], entries: [StateEntry], revision: Int64) {
        self.key = key
        self.number = number
        self.body = body
        self.entries = entries
        self.revision = revision
    }
}

/// An entry of a record in an index: the record is found by its value.
public struct StateEntry: Hashable, Sendable {
    /// A number or a text.
    public enum Value: Sendable {
        /// A number.
        case number(Int64)
        /// A text of at most 256 bytes.
        case text(String)
    }

    /// The name of the index: 1 to 256 printable bytes.
    @Exact public private(set) var index: String
    /// The value.
    public let value: Value

    /// Creates an entry with a value.
    public init(_ index: String, _ value: Value) {
        self.index = index
        self.value = value
    }

    /// Creates an entry with a number.
    public init(_ index: String, _ number: Int64) { self.init(index, .number(number)) }

    /// Creates an entry with a text.
    public init(_ index: String, _ text: String) { self.init(index, .text(text)) }
}

extension StateEntry.Value: Hashable, Comparable {
    /// Equal for equal values.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .number(let number): hasher.combine(number)
        case .text(let text): hasher.combine(ExactText(text))
        }
    }

    /// Numbers by size, then texts by their bytes.
    public static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.text(let left), .text(let right)): ExactText.precedes(left, right)
        case (.number, .text): true
        case (.text, .number): false
        }
    }

    /// Numbers by size, texts byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left == right
        case (.text(let left), .text(let right)): ExactText.same(left, right)
        default: false
        }
    }
}
