extension MemoryLog {
    /// A read under way. The log only grows, and examined events do not change. So a read can continue in steps, with appends in between.
    struct Scan {
        let selection: Selection
        let isForward: Bool
        let limit: Int
        let pageBytes: Int
        /// The indexes not yet examined.
        private(set) var rest: Range<Int>
        private(set) var events: [RecordedEvent] = []
        private var bytes = 0

        /// True if the page is full.
        private(set) var isFull = false

        /// Creates a scan of a log with `count` events.
        init(_ selection: Selection, _ direction: ReadDirection, limit: Int, pageBytes: Int, count: Int) {
            self.selection = selection
            self.limit = limit
            self.pageBytes = pageBytes
            switch direction {
            case .forward(let after):
                isForward = true
                rest = min(Int(clamping: after.value), count)..<count
            case .backward(let before):
                isForward = false
                rest = 0..<max(0, min(Int(clamping: before.value) - 1, count))
            }
        }

        /// Takes a candidate into the page if it is selected and fits.
        fileprivate mutating func look(at recorded: RecordedEvent, index: Int) {
            if selection.matches(recorded) {
                let size = recorded.event.approximateBytes
                isFull = !events.isEmpty && bytes + size > pageBytes
                if isFull { return }
                events.append(recorded)
                bytes += size
                isFull = events.count == limit
            }
            skip(through: index)
        }

        /// Skips indexes outside the candidates.
        fileprivate mutating func skip(through index: Int) {
            rest = isForward ? index + 1..<rest.upperBound : rest.lowerBound..<index
        }

        /// Nothing more is there to look at.
        fileprivate mutating func end() {
            rest = isForward ? rest.upperBound..<rest.upperBound : rest.lowerBound..<rest.lowerBound
        }

        /// The page of the events found, for a read in the direction.
        func page(_ direction: ReadDirection) -> Page {
            let through =
                switch direction {
                case .forward(let after): max(after, Position(unchecked: Int64(rest.lowerBound)))
                case .backward(let before): min(before, rest.isEmpty ? .start : Position(unchecked: Int64(rest.upperBound) + 1))
                }
            return Page(events: events, through: through, isLast: rest.isEmpty)
        }
    }

    /// Examines at most `budget` further candidates, and returns true if the page is complete.
    func advance(_ scan: inout Scan, budget: Int) -> Bool {
        var candidates = candidates(for: scan.selection, in: scan.rest)
        for _ in 0..<budget {
            guard let index = scan.isForward ? candidates.popFirst() : candidates.popLast() else {
                scan.end()
                return true
            }
            scan.look(at: events[index], index: index)
            if scan.isFull {
                if candidates.isEmpty, scan.events.last?.position == Self.position(index) { scan.end() }
                return true
            }
        }
        return false
    }

    /// Indexes in the range, including all matches of the selection.
    func candidates(for selection: Selection, in range: Range<Int>) -> MemoryCandidates {
        guard case .stream(let name) = selection.scope else { return candidates(for: selection.query, in: range) }
        return MemoryCandidates(lists: [streams[name] ?? []], in: range)
    }

    private func candidates(for query: Query, in range: Range<Int>) -> MemoryCandidates {
        var lists: [[Int]] = []
        for criterion in query.criteria {
            if let rarest = criterion.tags.map({ tags[$0] ?? [] }).min(by: { $0.count < $1.count }) {
                lists.append(rarest)
            } else if !criterion.types.isEmpty {
                lists += criterion.types.map { types[$0] ?? [] }
            } else {
                return MemoryCandidates(range)
            }
        }
        return query.criteria.isEmpty ? MemoryCandidates(range) : MemoryCandidates(lists: lists, in: range)
    }
}
