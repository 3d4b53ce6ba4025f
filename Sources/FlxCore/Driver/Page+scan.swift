extension Page {
    /// Reads a page of a log in memory, by examining one event after the other; for drivers without indexes.
    /// - Parameters:
    ///   - log: All events, in the order of their positions.
    ///   - limit: The maximum number of events, from 1.
    ///   - pageBytes: The maximum number of bytes. The page contains at least one event.
    public init(
        of log: some RandomAccessCollection<RecordedEvent>, _ selection: Selection, _ direction: ReadDirection, limit: Int, pageBytes: Int
    ) {
        switch direction {
        case .forward(let after):
            let rest = log[log.turningPoint { $0.position > after }...]
            self.init(rest, from: after, end: max(after, log.last?.position ?? .start), selection, limit, pageBytes)
        case .backward(let before):
            let rest = log[..<log.turningPoint { $0.position >= before }].reversed()
            self.init(rest, from: before, end: .start, selection, limit, pageBytes)
        }
    }

    /// - Parameters:
    ///   - rest: The events not yet examined, in the direction of the read.
    ///   - end: The end of a page that reaches the last of them.
    private init(
        _ rest: some Sequence<RecordedEvent>, from start: Position, end: Position, _ selection: Selection, _ limit: Int, _ pageBytes: Int
    ) {
        var (events, through, bytes): ([RecordedEvent], Position, Int) = ([], start, 0)
        for recorded in rest {
            if selection.matches(recorded) {
                let size = recorded.event.approximateBytes
                guard events.isEmpty || (events.count < limit && bytes + size <= pageBytes) else {
                    self.init(events: events, through: through, isLast: false)
                    return
                }
                events.append(recorded)
                bytes += size
            }
            through = recorded.position
        }
        self.init(events: events, through: end, isLast: true)
    }
}
