public import FlxCore

/// An event that a subscription put aside, and why.
public struct ParkedEvent: Sendable {
    /// The place of the event that was parked, by which it is named and keeps its turn.
    public let position: Position
    /// The events to be handled: the event, or the one by which an operator corrected it; its parts if an upcaster splits it.
    public let events: [RecordedEvent]
    /// The name of the subscription whose handler failed.
    public let handler: String
    /// The key by which the subscription keeps order.
    public let key: String
    /// True if later events of the key wait behind it.
    public let holdsKey: Bool
    /// The number of attempts; 0 for an event that only waits behind another.
    public let attempts: Int
    /// The error of the last attempt, at most 1,024 bytes.
    public let error: String
    /// The version of the handler that failed.
    public let handlerVersion: Int
    /// When it was parked.
    public let time: Timestamp
    /// The reason why the code cannot read it today; it is given as it is stored then.
    public let fault: String?
    /// The position of the record of its correction.
    let correction: Position?

    /// The event, or the first of its parts.
    public var event: RecordedEvent { events[0] }
    /// True if an operator corrected it.
    public var isCorrected: Bool { event.position != position }
    /// The group of events that failed in the same way: the error without its numbers and quoted names.
    public var fingerprint: String { ParkedGroup.fingerprint(of: error) }
    /// The short name of the group of events that failed in the same way.
    public var group: String { ParkedGroup.id(of: fingerprint) }
}

/// A filter for parked events. An event must match all of its parts.
public struct ParkedFilter: Codable, Hashable, Sendable {
    /// The places of the events; nil for any.
    public var positions: Set<Int64>?
    /// The key; nil for any.
    public var key: String?
    /// The group, as ``ParkedEvent/group`` names it; nil for any.
    public var group: String?
    /// The version of the handler that failed; nil for any.
    public var handlerVersion: Int?
    /// A part of the error; nil for any.
    public var error: String?

    /// All of them.
    public static let all = ParkedFilter()

    /// Asks for what is changed of it.
    public init() {}

    /// One event.
    public static func position(_ position: Position) -> ParkedFilter {
        var filter = ParkedFilter()
        filter.positions = [position.value]
        return filter
    }

    /// The events of a key.
    public static func key(_ key: String) -> ParkedFilter {
        var filter = ParkedFilter()
        filter.key = key
        return filter
    }

    /// The events of a group.
    public static func group(_ group: String) -> ParkedFilter {
        var filter = ParkedFilter()
        filter.group = group
        return filter
    }

    /// The same restrictions; texts byte for byte.
    public static func == (left: Self, right: Self) -> Bool { left.exact == right.exact }

    /// Equal for equal filters.
    public func hash(into hasher: inout Hasher) { hasher.combine(exact) }

    private struct Exact: Hashable {
        let positions: Set<Int64>?
        let texts: [ExactText?]
        let handlerVersion: Int?
    }

    private var exact: Exact {
        Exact(positions: positions, texts: [key, group, error].map { $0.map { ExactText($0) } }, handlerVersion: handlerVersion)
    }

    func matches(_ parked: EventParked) -> Bool {
        guard positions?.contains(parked.position) ?? true, key.map({ ExactText.same($0, parked.key) }) ?? true,
            handlerVersion.map({ $0 == parked.handlerVersion }) ?? true, error.map({ parked.error.utf8.contains($0.utf8) }) ?? true
        else { return false }
        return group.map { $0 == ParkedGroup.id(of: ParkedGroup.fingerprint(of: parked.error)) } ?? true
    }
}
