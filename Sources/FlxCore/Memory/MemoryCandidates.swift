/// Indexes of a log to look at, each once: a range, or the union of sorted lists, taken from either end.
struct MemoryCandidates {
    private enum Form {
        case range(Range<Int>)
        case lists([ArraySlice<Int>])
    }

    private var form: Form

    /// Every index of a range.
    init(_ range: Range<Int>) {
        form = .range(range)
    }

    /// The indexes of sorted lists within the range.
    init(lists: [[Int]], in range: Range<Int>) {
        form = .lists(
            lists.map { list in
                list[list.turningPoint { $0 >= range.lowerBound }..<list.turningPoint { $0 >= range.upperBound }]
            })
    }

    /// True if none is left.
    var isEmpty: Bool {
        switch form {
        case .range(let range): range.isEmpty
        case .lists(let lists): lists.allSatisfy(\.isEmpty)
        }
    }

    /// Takes the smallest.
    mutating func popFirst() -> Int? {
        switch form {
        case .range(let range):
            form = .range(range.dropFirst())
            return range.first
        case .lists(var lists):
            guard let index = lists.lazy.compactMap(\.first).min() else { return nil }
            form = .range(0..<0)
            for place in lists.indices where lists[place].first == index { lists[place].removeFirst() }
            form = .lists(lists)
            return index
        }
    }

    /// Takes the greatest.
    mutating func popLast() -> Int? {
        switch form {
        case .range(let range):
            form = .range(range.dropLast())
            return range.last
        case .lists(var lists):
            guard let index = lists.lazy.compactMap(\.last).max() else { return nil }
            form = .range(0..<0)
            for place in lists.indices where lists[place].last == index { lists[place].removeLast() }
            form = .lists(lists)
            return index
        }
    }
}

extension RandomAccessCollection {
    /// The first index with a true element, in a list with false elements first and true elements from some index on.
    func turningPoint(where isBeyond: (Element) -> Bool) -> Index {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = index(low, offsetBy: distance(from: low, to: high) / 2)
            if isBeyond(self[middle]) { high = middle } else { low = index(after: middle) }
        }
        return low
    }
}
