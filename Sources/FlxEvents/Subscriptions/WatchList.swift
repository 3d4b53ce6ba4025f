import DequeModule
import FlxCore

/// Whom a ``SubscriptionWatch`` serves, and whom it calls next: a value that says what to do.
///
/// Members wait for news after a position; the list knows how far the log was heard to reach. Of those who are to begin or to read, only
/// a few are called at a time, so that a thousand who wait for the same event do not come to the store at once.
struct WatchList {
    /// Names a member.
    typealias ID = ObjectIdentifier

    /// A call to a member.
    enum Call: Hashable, Sendable {
        case begin, rang
    }

    /// A call and whom it is for.
    typealias Calls = [(id: ID, call: Call)]

    private struct Member {
        /// After which position it waits for news; nil while it does not.
        var after: Position?
    }

    /// The number of members that are called at a time.
    let limit: Int
    /// True if the list calls anybody.
    private var isOpen: Bool
    private var members: [ID: Member] = [:]
    private var due = Deque<(id: ID, call: Call)>()
    /// Those who were called and are not done yet.
    private(set) var called: Set<ID> = []
    /// The last position of the log, as far as it was heard of.
    private(set) var heard = Position.start

    init(limit: Int, isOpen: Bool = true) {
        (self.limit, self.isOpen) = (limit, isOpen)
    }

    /// Begins with the calls.
    mutating func open() -> Calls {
        isOpen = true
        return next()
    }

    /// Takes in a member, which is called to begin when its turn comes.
    mutating func join(_ id: ID) -> Calls {
        members[id] = Member()
        due.append((id, .begin))
        return next()
    }

    /// A member waits for news after a position.
    mutating func wait(_ id: ID, after position: Position) -> Calls {
        members[id]?.after = position
        return heard > position ? wake([id]) : []
    }

    /// The log reaches to a position.
    mutating func hear(_ position: Position) -> Calls {
        guard position > heard else { return [] }
        heard = position
        return wake(members.filter { $0.value.after.map { $0 < position } ?? false }.keys)
    }

    /// A member that was called has done what it was called for.
    mutating func done(_ id: ID) -> Calls {
        called.remove(id) == nil ? [] : next()
    }

    /// A member goes.
    mutating func leave(_ id: ID) -> Calls {
        members[id] = nil
        called.remove(id)
        due.removeAll { $0.id == id }
        return next()
    }

    private mutating func wake(_ ids: some Sequence<ID>) -> Calls {
        for id in ids {
            members[id]?.after = nil
            due.append((id, .rang))
        }
        return next()
    }

    private mutating func next() -> Calls {
        var calls: Calls = []
        while isOpen, called.count < limit, let first = due.popFirst() {
            called.insert(first.id)
            calls.append(first)
        }
        return calls
    }
}
