import FlxCore

/// The parts of split events beyond the first one of each, which stands for all of them.
///
/// An upcaster may make several events of one, and they share its position. The position is what a subscription checkpoints, parks and
/// tries again, so that its parts are handled in order, and it counts as done with the last of them.
struct SplitParts {
    private var others: [Position: [RecordedEvent]] = [:]

    /// Keeps a part that is not the first.
    mutating func add(_ part: RecordedEvent) { others[part.position, default: []].append(part) }

    /// Forgets the parts of a position that is done.
    mutating func remove(_ position: Position) {
        if !others.isEmpty { others[position] = nil }
    }

    /// The first parts with the others behind each.
    func whole(_ items: [SubscriptionItem]) -> [SubscriptionItem] {
        guard !others.isEmpty else { return items }
        return items.flatMap { item in
            [item] + (others[item.event.position] ?? []).map { SubscriptionItem(event: $0, key: item.key) }
        }
    }

    /// The number of events that are done with all of their parts, when a number of the parts is handled.
    func done(_ handled: Int, of items: [SubscriptionItem]) -> Int {
        guard !others.isEmpty else { return handled }
        var left = handled
        return items.prefix { item in
            left -= 1 + (others[item.event.position]?.count ?? 0)
            return left >= 0
        }.count
    }
}
