/// Which events a query finds: those that match one of its criteria, or all when it has none.
public struct Query: Hashable, Sendable {
    /// One way to match: the type is one of `types`, and all of `tags` are on the event. An empty part asks nothing.
    public struct Criterion: Hashable, Sendable {
        /// The types, any of which will do.
        public var types: [EventType]
        /// The tags, all of which must be there.
        public var tags: [Tag]

        /// Asks for one of the types and all of the tags.
        public init(types: [EventType] = [], tags: [Tag] = []) {
            self.types = types
            self.tags = tags
        }

        /// Whether the event fits.
        public func matches(_ event: Event) -> Bool {
            (types.isEmpty || types.contains(event.type)) && tags.allSatisfy { event.tags.contains($0) }
        }
    }

    /// The criteria, any of which will do; an empty list matches every event.
    public var criteria: [Criterion]

    /// Every event.
    public static let all = Query(criteria: [])

    /// Asks for any of the criteria.
    public init(criteria: [Criterion]) {
        self.criteria = criteria
    }

    /// Events of one of the types that carry all of the tags.
    public static func events(_ types: EventType..., tagged tags: Tag...) -> Query {
        Query(criteria: [Criterion(types: types, tags: tags)])
    }

    /// What either query finds.
    public func or(_ other: Query) -> Query {
        criteria.isEmpty || other.criteria.isEmpty ? .all : Query(criteria: criteria + other.criteria)
    }

    /// Whether the event fits.
    public func matches(_ event: Event) -> Bool {
        criteria.isEmpty || criteria.contains { $0.matches(event) }
    }
}
