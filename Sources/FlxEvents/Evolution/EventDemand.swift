public import FlxCore

/// The wishes of a consumer: versions of types, and the content type of the data.
///
/// ```swift
/// let partner = EventDemand(["invoice.sent": 1], data: .cbor)
/// let store = EvolvingStore(log, upcasters: chain, serving: partner)     // all that it reads
/// let event = try chain.converted(published, to: partner)                // one event
/// ```
///
/// If producer and consumer use different forms, the steps between them are found automatically: upcasters to the newest version,
/// downcasters from there to the requested one, and the conversion of the data. Nothing is lost silently. An error reports a missing step,
/// a step that removes an undeclared field, or a value without a form in the content type.
public struct EventDemand: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// The version of each type, under the consumer's name for it. All other types have their newest form.
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
    /// An event in the form of a consumer's demand.
    /// - Parameter event: The event in its newest form.
    /// - Throws: ``FlxError/Code/registration`` if no step leads to the version, ``FlxError/Code/invalidValue`` for a step that would lose
    ///   an undeclared field, all errors of the steps, with their names, and those of `Event.converted(to:foreign:)`.
    public func converted(_ event: Event, to demand: EventDemand) throws(FlxError) -> Event {
        var converted = event
        for step in try way(of: event, to: demand) { converted = try step.result(of: converted) }
        guard let type = demand.data else { return converted }
        return try converted.converted(to: type)
    }

    /// The steps down to the demanded version; empty for the newest one and for types without a demand.
    private func way(of event: Event, to demand: EventDemand) throws(FlxError) -> [Downcaster] {
        guard !demand.versions.isEmpty else { return [] }
        var (place, steps, missed) = (EventVersion(of: event), [Downcaster](), EventVersion?.none)
        func refused(_ kind: String, _ wanted: EventVersion) -> FlxError {
            FlxError(.registration, "event \(event.id): no \(kind) leads from \(place) to \(wanted), as requested by the consumer")
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
