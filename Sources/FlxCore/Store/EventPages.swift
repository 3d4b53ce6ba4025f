extension EventStore {
    /// Reads page after page, in one direction, to the end of the log as it is when the last page is read.
    ///
    /// ```swift
    /// for try await page in store.pages(.types("order.placed")) {
    ///     for recorded in page.events { total += try recorded.event.decode(as: OrderPlaced.self).total }
    /// }
    /// ```
    ///
    /// One page is in memory at a time. The sequence ends early if the task is cancelled: it throws ``FlxError/Code/cancelled``.
    /// - Parameter limit: The maximum number of events in a page, from 1.
    public func pages(
        _ selection: Selection = .all, _ direction: ReadDirection = .forward, limit: Int = 1_000
    ) -> EventPages {
        EventPages(store: self, selection: selection, direction: direction, limit: limit)
    }
}

/// The pages of a selection, one after the other. See ``EventStore/pages(_:_:limit:)``.
public struct EventPages: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = Page
    /// The errors of reading.
    public typealias Failure = FlxError

    let store: any EventStore
    let selection: Selection
    let direction: ReadDirection
    let limit: Int

    /// Begins to read.
    public func makeAsyncIterator() -> Iterator { Iterator(pages: self, direction: direction) }

    /// The place in the pages.
    public struct Iterator: AsyncIteratorProtocol {
        let pages: EventPages
        /// The rest to read; nil after the last page.
        var direction: ReadDirection?

        /// Reads the next page; nil after the last one.
        /// - Throws: The errors of reading; ``FlxError/Code/cancelled``.
        public mutating func next(isolation actor: isolated (any Actor)? = #isolation) async throws(FlxError) -> Page? {
            guard let direction else { return nil }
            guard !Task.isCancelled else { throw FlxError(.cancelled, "read: the task was cancelled") }
            let page = try await pages.store.read(pages.selection, direction, limit: pages.limit)
            self.direction = page.isLast ? nil : direction.going(on: page.through)
            return page
        }
    }
}

extension ReadDirection {
    /// The same direction, from another place.
    package func going(on position: Position) -> ReadDirection {
        switch self {
        case .forward: .forward(after: position)
        case .backward: .backward(before: position)
        }
    }
}
