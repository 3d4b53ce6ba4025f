import FlxCore

/// The kind of a list of positions, kept by an index for one name.
enum PostingList: Int, CaseIterable {
    case stream
    case type
    case tag

    /// Returns the statement for walking the list with the number ?1 from the position ?2.
    func sql(isForward: Bool) -> String {
        let (comparison, order) = isForward ? (">=", "ASC") : ("<=", "DESC")
        let from = switch self {
        case .stream: "events INDEXED BY events_stream WHERE stream"
        case .type: "events INDEXED BY events_type WHERE type"
        case .tag: "tags WHERE tag"
        }
        return "SELECT position FROM \(from) = ?1 AND position \(comparison) ?2 ORDER BY position \(order)"
    }

    /// The statement for finding the number of a name.
    var nameSQL: String {
        let table = switch self {
        case .stream: "streams"
        case .type: "types"
        case .tag: "tag_names"
        }
        return "SELECT id FROM \(table) WHERE name = ?1"
    }
}

/// A walk along one list, in increasing keys: the position when forward, its negative when backward.
final class PostingCursor {
    /// The number of steps before a jump. Neighbouring entries are mostly on the current page of the file.
    private static let steps = 4

    private let statement: Statement
    private let id: Int64
    private let sign: Int64
    private var current: Int64?
    private var isAtEnd = false

    init(_ statement: Statement, id: Int64, isForward: Bool) {
        self.statement = statement
        self.id = id
        sign = isForward ? 1 : -1
    }

    /// Returns the first key not below the target; nil at the end. Targets must not decrease.
    func seek(_ target: Int64) throws(FlxError) -> Int64? {
        if isAtEnd { return nil }
        if current != nil {
            for _ in 0..<Self.steps {
                guard let current, current < target else { return current }
                try step()
            }
            guard let current, current < target else { return current }
            statement.reset()
        }
        statement.bind(id, at: 1)
        statement.bind(target * sign, at: 2)
        try step()
        guard current ?? target >= target else { throw FlxError(.corrupt, "a list of positions is out of order: verify the store") }
        return current
    }

    private func step() throws(FlxError) {
        guard try statement.step() else {
            (current, isAtEnd) = (nil, true)
            return
        }
        guard let position = statement.integer(0, in: 1...Int64.greatest) else {
            throw FlxError(.corrupt, "a list of positions has one that no event can have: verify the store")
        }
        current = position * sign
    }
}
