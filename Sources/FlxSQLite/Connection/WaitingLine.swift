import DequeModule

/// The waiting elements, in order of arrival. Any of them can leave before its turn.
struct WaitingLine<Element> {
    /// The places of elements that have left are empty, so leaving moves no other element.
    private var places: Deque<(ticket: UInt64, element: Element?)> = []

    var isEmpty: Bool { places.isEmpty }

    /// The number of waiting elements.
    var count: Int { places.count { $0.element != nil } }

    /// Adds an element under a ticket, for use by ``leave(_:)``.
    mutating func add(_ element: Element, _ ticket: UInt64) {
        places.append((ticket, element))
    }

    /// The waiting elements, in order of arrival.
    var all: [Element] { places.compactMap(\.element) }

    /// The next element.
    var first: Element? { places.first?.element }

    /// Removes and returns the next element.
    mutating func popFirst() -> Element? {
        defer { trim() }
        return places.popFirst()?.element
    }

    /// Removes and returns the element of a ticket; nil if it already had its turn.
    mutating func leave(_ ticket: UInt64) -> Element? {
        guard let index = places.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        defer { trim() }
        return places[index].element.take()
    }

    /// Removes empty places at both ends. Uses indexes, since `first` and `last` copy the element.
    private mutating func trim() {
        while !places.isEmpty, places[0].element == nil { places.removeFirst() }
        while !places.isEmpty, places[places.count - 1].element == nil { places.removeLast() }
    }
}
