/// One build of a view: the version of its fold, its role and its progress.
public struct ViewGeneration: Hashable, Sendable {
    /// The number of a generation, never given twice in a store.
    public struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The number, from 1.
        public let value: Int64

        /// Names a generation; for drivers and for callers with a number.
        public init(_ value: Int64) {
            self.value = value
        }

        /// Later generations have greater ids.
        public static func < (left: ID, right: ID) -> Bool { left.value < right.value }

        /// The number in decimal digits.
        public var description: String { String(value) }
    }

    /// The role of a generation for its view.
    public enum Role: String, Hashable, Sendable {
        /// It answers under the name of the view.
        case current
        /// It is built beside the current one.
        case building
    }

    /// Its number.
    public let id: ID
    /// The name of its view.
    @Exact public private(set) var view: String
    /// The version of its fold.
    public let version: Int
    /// Its role.
    public var role: Role
    /// Every event of the view's selection up to here is in it.
    public var checkpoint: Position
    /// The number of handled events.
    public var handled: Int64
    /// The position of the switch, once it is being prepared: set on the generation being built.
    public var switchPosition: Position?

    /// Joins the parts; for drivers.
    public init(
        id: ID, view: String, version: Int, role: Role, checkpoint: Position = .start, handled: Int64 = 0, switchPosition: Position? = nil
    ) {
        self.id = id
        self.view = view
        self.version = version
        self.role = role
        self.checkpoint = checkpoint
        self.handled = handled
        self.switchPosition = switchPosition
    }
}

/// The changes from a page of events in a generation, and the positions before and after them.
public struct ViewStep: Sendable {
    /// A change of one document.
    public enum Change: Hashable, Sendable {
        /// The document is there, in place of an earlier one under its key.
        case put(ViewDocument)
        /// Nothing is there under the key.
        case remove(String)
    }

    /// The generation.
    public var generation: ViewGeneration.ID
    /// The expected checkpoint of the generation.
    public var after: Position
    /// The checkpoint afterwards, not before ``after``.
    public var through: Position
    /// The number of events handled in the step.
    public var handled: Int64
    /// The changes of documents, in order.
    public var changes: [Change]
    /// The events to append in the same transaction, for the current generation alone. So effects happen as often as changes do.
    public var events: [StreamWrite]

    /// Joins the parts.
    public init(
        of generation: ViewGeneration.ID, after: Position, through: Position, handled: Int64 = 0, changes: [Change] = [],
        events: [StreamWrite] = []
    ) {
        self.generation = generation
        self.after = after
        self.through = through
        self.handled = handled
        self.changes = changes
        self.events = events
    }
}
