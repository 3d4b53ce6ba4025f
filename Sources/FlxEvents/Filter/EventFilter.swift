public import FlxCore

/// A filter of events: a selection, to limit the events read from the store, and conditions on the events themselves.
public struct EventFilter: Sendable {
    /// The selection.
    public var selection: Selection
    /// The patterns; the type must match one of them. Without any, all types match.
    public var patterns: [EventPattern]
    /// The condition on the event.
    public var condition: EventCondition?

    /// Joins conditions: an event must meet all of them.
    public init(_ selection: Selection = .all, matching patterns: [EventPattern] = [], where condition: EventCondition? = nil) {
        (self.selection, self.patterns, self.condition) = (selection, patterns, condition)
    }

    /// Returns true if an event of the selection fits the rest of the filter.
    public func accepts(_ recorded: RecordedEvent) -> Bool {
        (patterns.isEmpty || patterns.contains { $0.matches(recorded.event.type) }) && condition?.matches(recorded) ?? true
    }

    /// Passes on the events in their order, with one page in memory and the next one being read.
    /// - Parameters:
    ///   - skipsDamaged: True to skip damaged events in a forward scan, instead of ending it; `onDamage` is called with them.
    ///   - body: Returns true for more events.
    package func scan(
        _ store: any EventStore, _ direction: ReadDirection = .forward, pageSize: Int = 1000, skipsDamaged: Bool = false,
        onDamage: (Position) -> Void = { _ in }, _ body: (RecordedEvent) throws -> Bool
    ) async throws {
        let reader = PageReader(store: store, selection: selection, limit: pageSize, skipsDamaged: skipsDamaged)
        var next: PageReader.Result? = try await reader.read(direction)
        while let (page, damaged) = next {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "interrupted") }
            async let following = page.isLast ? nil : reader.read(direction.going(on: page.through))
            damaged.forEach(onDamage)
            for recorded in page.events where accepts(recorded) {
                guard try body(recorded) else { return }
            }
            next = try await following
        }
    }
}
