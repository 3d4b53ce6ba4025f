import FlxCore

extension Postings {
    /// Makes walks on one connection, and keeps their statements for the next ones.
    struct Source {
        /// The most lists in one walk; a selection that needs more is answered by looking at every event.
        static let mostLists = 128

        private let handle: Handle
        private var names: [PostingList: Statement] = [:]
        private var free: [[Statement]]
        private var used: [(pool: Int, statement: Statement)] = []

        init(_ handle: Handle) {
            self.handle = handle
            free = Array(repeating: [], count: 2 * PostingList.allCases.count)
        }

        /// Takes all statements of walks back.
        mutating func release() {
            for (pool, statement) in used {
                statement.reset()
                free[pool].append(statement)
            }
            used.removeAll(keepingCapacity: true)
        }

        /// The number of a name; nil when the store does not have it.
        mutating func id(_ list: PostingList, _ name: some CustomStringConvertible) throws(FlxError) -> Int64? {
            if names[list] == nil { names[list] = try Statement(handle, list.nameSQL) }
            return try names[list]?.number(named: name)
        }

        /// A walk along the list with a number.
        mutating func list(_ list: PostingList, id: Int64, isForward: Bool) throws(FlxError) -> Postings {
            let pool = 2 * list.rawValue + (isForward ? 1 : 0)
            if free[pool].isEmpty { free[pool].append(try Statement(handle, list.sql(isForward: isForward))) }
            let statement = free[pool].removeLast()
            used.append((pool, statement))
            return .list(PostingCursor(statement, id: id, isForward: isForward))
        }

        /// A walk along the list of a name; nil when the store does not have it.
        mutating func list(
            _ list: PostingList, _ name: some CustomStringConvertible, isForward: Bool
        ) throws(FlxError) -> Postings? {
            guard let id = try id(list, name) else { return nil }
            return try self.list(list, id: id, isForward: isForward)
        }
    }
}

extension Postings.Source {
    /// A walk over what a criterion that asks for something finds; nil when that is nothing.
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

    /// The first position after another one at which an event matches a query; nil when there is none.
    ///
    /// The criteria are looked at one by one, so that a long query needs no more statements than a short one.
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
