import DequeModule

/// Those who wait for their turn, in the order in which they came. Any of them can leave before it is their turn.
struct WaitingLine<Element> {
    /// Places whose owners left are empty, so that leaving moves no others.
    private var places: Deque<(ticket: UInt64, element: Element?)> = []

    var isEmpty: Bool { places.isEmpty }

    /// The number of those who wait.
    var count: Int { places.count { $0.element != nil } }

    /// Adds one under a ticket, by which it can leave.
    mutating func add(_ element: Element, _ ticket: UInt64) {
        places.append((ticket, element))
    }

    /// The one whose turn it is.
    var first: Element? { places.first?.element }

    /// Takes the one whose turn it is.
    mutating func popFirst() -> Element? {
        defer { trim() }
        return places.popFirst()?.element
    }

    /// Takes one out of the line; nil when it had its turn.
    mutating func leave(_ ticket: UInt64) -> Element? {
        guard let index = places.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        defer { trim() }
        return places[index].element.take()
    }

    /// Lets no empty place stand at either end. It looks at the places where they stand: `first` and `last` copy them.
    private mutating func trim() {
        while !places.isEmpty, places[0].element == nil { places.removeFirst() }
        while !places.isEmpty, places[places.count - 1].element == nil { places.removeLast() }
    }
}
