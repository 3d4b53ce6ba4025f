/// Elements in order, each once, in pieces of bounded length: to insert or remove one moves the elements of its piece alone.
struct SortedPieces<Element: Comparable & Sendable>: Sendable {
    private static var longest: Int { 512 }

    /// None of them is empty.
    private var pieces: [[Element]] = []

    /// Adds an element, unless it is there.
    mutating func insert(_ element: Element) {
        guard !pieces.isEmpty else { return pieces.append([element]) }
        let number = max(0, pieces.turningPoint { $0[0] > element } - 1)
        let place = pieces[number].turningPoint { $0 >= element }
        if place < pieces[number].count, pieces[number][place] == element { return }
        pieces[number].insert(element, at: place)
        guard pieces[number].count > Self.longest else { return }
        let rest = Array(pieces[number][(Self.longest / 2)...])
        pieces[number].removeSubrange((Self.longest / 2)...)
        pieces.insert(rest, at: number + 1)
    }

    /// Removes an element, if it is there.
    mutating func remove(_ element: Element) {
        let number = pieces.turningPoint { $0[0] > element } - 1
        guard number >= 0 else { return }
        let place = pieces[number].turningPoint { $0 >= element }
        guard place < pieces[number].count, pieces[number][place] == element else { return }
        pieces[number].remove(at: place)
        if pieces[number].isEmpty { pieces.remove(at: number) }
    }

    /// The elements in order, from the first one beyond a point. All later elements must be beyond the point too.
    func ascending(where isBeyond: (Element) -> Bool) -> some Sequence<Element> {
        let number = max(0, pieces.turningPoint { isBeyond($0[0]) } - 1)
        let place = number < pieces.count ? pieces[number].turningPoint(where: isBeyond) : 0
        return Walk(pieces: pieces, number: number, place: place, step: 1)
    }

    /// The elements in reverse order, from the last one not beyond a point.
    func descending(where isBeyond: (Element) -> Bool) -> some Sequence<Element> {
        let number = pieces.turningPoint { isBeyond($0[0]) } - 1
        let place = number >= 0 ? pieces[number].turningPoint(where: isBeyond) - 1 : 0
        return Walk(pieces: pieces, number: number, place: place, step: -1)
    }

    private struct Walk: Sequence, IteratorProtocol {
        let pieces: [[Element]]
        var number: Int
        var place: Int
        let step: Int

        mutating func next() -> Element? {
            guard pieces.indices.contains(number) else { return nil }
            if !pieces[number].indices.contains(place) {
                number += step
                guard pieces.indices.contains(number) else { return nil }
                place = step > 0 ? 0 : pieces[number].count - 1
            }
            defer { place += step }
            return pieces[number][place]
        }
    }
}
