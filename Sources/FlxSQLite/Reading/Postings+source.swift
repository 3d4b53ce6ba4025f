import FlxCore

extension Postings {
    /// The source of walks on one connection. It keeps their statements for further walks.
    struct Source {
        /// The maximum number of lists in one walk. If a selection needs more, every event is examined instead.
        static let mostLists = 128

        private let handle: Handle
        private var names: [PostingList: Statement] = [:]
        private var free: [[Statement]]
        private var used: [(pool: Int, statement: Statement)] = []

        init(_ handle: Handle) {
            self.handle = handle
            free = Array(repeating: [], count: 2 * PostingList.allCases.count)
        }

        /// Takes back the statements of all walks.
        mutating func release() {
            for (pool, statement) in used {
                statement.reset()
                free[pool].append(statement)
            }
            used.removeAll(keepingCapacity: true)
        }

        /// Returns the number of a name; nil if the name is not in the store.
        mutating func id(_ list: PostingList, _ name: some CustomStringConvertible) throws(FlxError) -> Int64? {
            if names[list] == nil { names[list] = try Statement(handle, list.nameSQL) }
            return try names[list]?.number(named: name)
        }

        /// Returns a walk along the list with a number.
        mutating func list(_ list: PostingList, id: Int64, isForward: Bool) throws(FlxError) -> Postings {
            let pool = 2 * list.rawValue + (isForward ? 1 : 0)
            if free[pool].isEmpty { free[pool].append(try Statement(handle, list.sql(isForward: isForward))) }
            let statement = free[pool].removeLast()
            used.append((pool, statement))
            return .list(PostingCursor(statement, id: id, isForward: isForward))
        }

        /// Returns a walk along the list of a name; nil if the name is not in the store.
        mutating func list(
            _ list: PostingList, _ name: some CustomStringConvertible, isForward: Bool
        ) throws(FlxError) -> Postings? {
            guard let id = try id(list, name) else { return nil }
            return try self.list(list, id: id, isForward: isForward)
        }
    }
}

extension Postings.Source {
    /// Returns a walk over the events found by a criterion with at least one condition; nil if there are none.
    mutating func walk(_ criterion: Query.Criterion, isForward: Bool) throws(FlxError) -> Postings? {
        var parts: [Postings] = []
        for tag in criterion.tags {
            guard let list = try list(.tag, tag, isForward: isForward) else { return nil }
            parts.append(list)
        }
        if !criterion.types.isEmpty {
            var lists: [Postings] = []
            for type in criterion.types {
                if let list = try list(.type, type, isForward: isForward) { lists.append(list) }
            }
            guard let first = lists.first else { return nil }
            parts.append(lists.count == 1 ? first : .any(lists))
        }
        return parts.count == 1 ? parts[0] : .all(Postings.Joint(parts))
    }

    /// Returns the position of the first event after a position that matches a query; nil if there is none.
    ///
    /// Examines the criteria one by one, so a long query needs as few statements as a short one.
    mutating func first(of query: Query, after position: Int64, last: Int64) throws(FlxError) -> Int64? {
        guard position < last else { return nil }
        if query.criteria.isEmpty { return position + 1 }
        for criterion in query.criteria {
            if criterion.types.isEmpty, criterion.tags.isEmpty { return position + 1 }
            let types = criterion.types.isEmpty ? [[]] : criterion.types.map { [$0] }
            for type in types {
                defer { release() }
                var budget = Postings.Budget(jumps: .max)
                let walk = try walk(Query.Criterion(types: type, tags: criterion.tags), isForward: true)
                if let found = try walk?.seek(position + 1, &budget) { return found }
            }
        }
        return nil
    }
}
