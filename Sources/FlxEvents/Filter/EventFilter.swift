public import FlxCore

/// A filter of events: a selection, for which the store reads no more than it has to, and what only the events themselves can tell.
public struct EventFilter: Sendable {
    /// The selection.
    public var selection: Selection
    /// The patterns, one of which the type must match; without any, all types do.
    public var patterns: [EventPattern]
    /// The condition that must hold.
    public var condition: EventCondition?

    /// Joins what is asked of an event: all of it must hold.
    public init(_ selection: Selection = .all, matching patterns: [EventPattern] = [], where condition: EventCondition? = nil) {
        (self.selection, self.patterns, self.condition) = (selection, patterns, condition)
    }

    /// Returns true if an event of the selection fits the rest of the filter.
    public func accepts(_ recorded: RecordedEvent) -> Bool {
        (patterns.isEmpty || patterns.contains { $0.matches(recorded.event.type) }) && condition?.matches(recorded) ?? true
    }

    /// Hands out the events in their order, a page in memory at a time and the next one on its way.
    /// - Parameters:
    ///   - skipsDamaged: Whether damaged events are passed over on the way forward, instead of ending it; `onDamage` is told of them.
    ///   - body: Returns whether more are wanted.
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

extension ReadDirection {
    /// The direction, from another place.
    package func going(on position: Position) -> ReadDirection {
        switch self {
        case .forward: .forward(after: position)
        case .backward: .backward(before: position)
        }
    }
}
