import FlxCore

/// A walk along a whole log, one event after the other, with one page of it in memory.
struct LogCursor {
    private let store: any EventStore
    private let pageSize: Int
    private var page: ArraySlice<RecordedEvent> = []
    private var through: Position
    private var isAtEnd = false

    init(_ store: any EventStore, after position: Position = .start, pageSize: Int) {
        self.store = store
        self.pageSize = pageSize
        through = position
    }

    /// The next event; nil at the end, as it was when its page was read.
    mutating func next() async throws(FlxError) -> RecordedEvent? {
        while page.isEmpty {
            guard !isAtEnd else { return nil }
            guard !Task.isCancelled else { throw FlxError(.cancelled, "reading the log was stopped") }
            let next = try await store.read(.everything, .forward(after: through), limit: pageSize)
            (page, through, isAtEnd) = (next.events[...], next.through, next.isLast)
        }
        return page.popFirst()
    }
}
