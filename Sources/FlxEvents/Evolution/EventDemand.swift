public import FlxCore

/// The wishes of a consumer: versions of types, and the content type of the data.
///
/// ```swift
/// let partner = EventDemand(["invoice.sent": 1], data: .cbor)
/// let store = EvolvingStore(log, upcasters: chain, serving: partner)     // all that it reads
/// let event = try chain.converted(published, to: partner)                // one event
/// ```
///
/// A producer writes one form, a consumer asks for another, and what lies between is found by itself: upcasters to the newest version,
/// downcasters from there to the one that is asked for, and the conversion of the data. Nothing is lost on the way unseen: where no way
/// leads, a step takes away a field that it does not name, or a content type has no place for a value, the error says so.
public struct EventDemand: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// The version of each type, under the name by which the consumer knows it. Types that are not named come in their newest form.
    public var versions: [EventType: Int]
    /// The content type of the data; nil leaves it as it is.
    public var data: ContentType?

    /// The newest form of everything.
    public static let newest = EventDemand()

    /// Asks for versions of types and a content type.
    public init(_ versions: [EventType: Int] = [:], data: ContentType? = nil) {
        self.versions = versions
        self.data = data
    }

    /// Asks for versions of types.
    @_disfavoredOverload
    public init(dictionaryLiteral elements: (EventType, Int)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension UpcasterChain {
    /// An event as a consumer asks for it.
    /// - Parameter event: The event in its newest form.
    /// - Throws: ``FlxError/Code/registration`` when no step leads to the version, ``FlxError/Code/invalidValue`` for a step that would
    ///   lose a field which it does not name, what the steps throw, with their names, and what `Event.converted(to:foreign:)` throws.
    public func converted(_ event: Event, to demand: EventDemand) throws(FlxError) -> Event {
        var converted = event
        for step in try way(of: event, to: demand) { converted = try step.result(of: converted) }
        guard let type = demand.data else { return converted }
        return try converted.converted(to: type)
    }

    /// The steps down to the version that is asked for; none where it is the newest or nothing of the kind is asked for.
    private func way(of event: Event, to demand: EventDemand) throws(FlxError) -> [Downcaster] {
        guard !demand.versions.isEmpty else { return [] }
        var (place, steps, missed) = (EventVersion(of: event), [Downcaster](), EventVersion?.none)
        func refused(_ kind: String, _ wanted: EventVersion) -> FlxError {
            FlxError(.registration, "event \(event.id): no \(kind) leads from \(place) to \(wanted), which the consumer asks for")
        }
        while true {
            if let wanted = demand.versions[place.type] {
                if wanted == place.version { return steps }
                if wanted > place.version, steps.isEmpty { throw refused("upcaster", EventVersion(place.type, wanted)) }
                missed = EventVersion(place.type, wanted)
            }
            guard let step = downSteps[place] else { break }
            steps.append(step)
            place = step.target
        }
        guard let missed else { return [] }
        throw refused("downcaster", missed)
    }
}
