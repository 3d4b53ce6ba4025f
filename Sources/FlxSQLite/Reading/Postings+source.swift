import FlxCore

extension Postings {
    /// The source of walks on one connection. It keeps their statements for further walks.
    struct Source {
        /// The maximum number of lists in one walk. If a selection needs more, every event is examined instead.
        static let mostLists = 128

        private let handle: Handle
        private var names: [PostingList: Statement] = [:]
        /// The statement for the name of an event's stream.
        private var stream: Statement?
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

    /// Returns the position of the first event that a boundary rules out; nil if there is none.
    ///
    /// Examines the criteria one by one, so a long query needs as few statements as a short one.
    mutating func first(of boundary: Boundary, last: Int64) throws(FlxError) -> Int64? {
        guard boundary.position.value < last else { return nil }
        for criterion in boundary.query.criteria.isEmpty ? [.init()] : boundary.query.criteria {
            let types = criterion.types.isEmpty ? [[]] : criterion.types.map { [$0] }
            for type in types {
                let part = Query.Criterion(types: type, tags: criterion.tags)
                if let found = try first(of: part, in: boundary.scope, after: boundary.position.value, last: last) { return found }
            }
        }
        return nil
    }

    private mutating func first(
        of criterion: Query.Criterion, in scope: Selection.Scope, after position: Int64, last: Int64
    ) throws(FlxError) -> Int64? {
        defer { release() }
        var parts: [Postings] = []
        if case .stream(let name) = scope {
            guard let list = try list(.stream, name, isForward: true) else { return nil }
            parts.append(list)
        }
        if !(criterion.types.isEmpty && criterion.tags.isEmpty) {
            guard let walk = try walk(criterion, isForward: true) else { return nil }
            parts.append(walk)
        }
        let walk = parts.count > 1 ? .all(Postings.Joint(parts)) : parts.first
        var (next, budget) = (position + 1, Postings.Budget(jumps: .max))
        while next <= last {
            // Without a list, each event is a candidate.
            var candidate: Int64? = next
            if let walk { candidate = try walk.seek(next, &budget) }
            guard let found = candidate else { return nil }
            if try hasEvent(at: found, scope) { return found }
            next = found + 1
        }
        return nil
    }

    /// Returns true if the scope has the event at a candidate's position.
    private mutating func hasEvent(at position: Int64, _ scope: Selection.Scope) throws(FlxError) -> Bool {
        switch scope {
        case .everything, .stream: return true
        case .all, .prefix: break
        }
        if stream == nil {
            stream = try Statement(handle, "SELECT name FROM events CROSS JOIN streams ON streams.id = stream WHERE position = ?1")
        }
        defer { stream?.reset() }
        stream?.bind(position, at: 1)
        guard let stream, try stream.step(), let name = try? StreamName(String(decoding: stream.bytes(0), as: UTF8.self)) else {
            throw FlxError(.corrupt, "the name of the stream of the event at position \(position) is damaged: verify the store")
        }
        return scope.contains(name)
    }
}
