/// A condition on types and tags. An event matches if it matches one of the criteria, or if there are none.
public struct Query: Hashable, Sendable {
    /// One way to match: the type is one of `types`, and the event has all of `tags`. An empty part matches every event.
    public struct Criterion: Hashable, Sendable {
        /// The allowed types.
        public var types: [EventType]
        /// The required tags.
        public var tags: [Tag]

        /// Creates a criterion from allowed types and required tags.
        public init(types: [EventType] = [], tags: [Tag] = []) {
            self.types = types
            self.tags = tags
        }

        /// Returns true if the event matches.
        public func matches(_ event: Event) -> Bool {
            (types.isEmpty || types.contains(event.type)) && tags.allSatisfy { event.tags.contains($0) }
        }
    }

    /// The criteria. An event must match one of them; an empty list matches every event.
    public var criteria: [Criterion]

    /// Every event.
    public static let all = Query(criteria: [])

    /// Creates a query from criteria.
    public init(criteria: [Criterion]) {
        self.criteria = criteria
    }

    /// Events of one of the types, with all of the tags.
    public static func events(_ types: EventType..., tagged tags: Tag...) -> Query {
        Query(criteria: [Criterion(types: types, tags: tags)])
    }

    /// A query for the events matching at least one of the two.
    public func or(_ other: Query) -> Query {
        criteria.isEmpty || other.criteria.isEmpty ? .all : Query(criteria: criteria + other.criteria)
    }

    /// Returns true if the event matches.
    public func matches(_ event: Event) -> Bool {
        criteria.isEmpty || criteria.contains { $0.matches(event) }
    }
}
