import FlxCore

/// The filter of a subscription: a selection and a pattern of types.
///
/// It is on record with the subscription, so that a program that has not its code can count what it waits for.
struct SubscriptionFilter: Hashable, Sendable {
    let selection: Selection
    let patterns: [EventPattern]
    /// The subscription that does not get the corrections which it finds among its parked events; nil for a reader that gets all.
    let name: String?

    init(selection: Selection, patterns: [EventPattern], name: String?) {
        (self.selection, self.patterns, self.name) = (selection, patterns, name)
    }

    /// A view gets corrections at their own place.
    init(of view: any StoredView) { self.init(selection: view.selection, patterns: [], name: nil) }

    /// Marks a corrected event with the subscription that parked the one before it.
    static let correction: ExtensionName = "flxcorrects"

    /// The events of a page that the subscription gets, with their keys. One that cannot be read is among them if it may be one.
    func items(of found: TolerantPage, key: (RecordedEvent) -> ExactText) -> [SubscriptionItem] {
        found.page.events.compactMap { recorded in
            let fault = found.faults.isEmpty ? nil : found.faults[recorded.position]
            // What its type would be is not known.
            guard !isHidden(recorded.event), fault != nil || fits(recorded.event) else { return nil }
            return SubscriptionItem(event: recorded, key: key(recorded), fault: fault)
        }
    }

    /// True for a correction that the subscription handles in its turn among the parked events.
    private func isHidden(_ event: Event) -> Bool {
        guard let name, !event.extensions.isEmpty else { return false }
        return event.extensions[Self.correction] == .string(name)
    }

    /// The parts of a parked event, or of its correction, that the subscription gets; an event that is whole was got when it was parked.
    func parts(of events: [RecordedEvent]) -> [RecordedEvent] {
        guard events.count > 1 else { return events }
        return events.filter { selection.query.matches($0.event) && fits($0.event) }
    }

    private func fits(_ event: Event) -> Bool { patterns.isEmpty || patterns.contains { $0.matches(event.type) } }
}

/// The filter as it is recorded.
struct StoredFilter: Codable, Hashable, Sendable {
    struct Criterion: Codable, Hashable, Sendable {
        var types: [ExactText]
        var tags: [ExactText]
    }

    var stream: ExactText?
    var prefix: ExactText?
    /// True if system streams are selected too.
    var everything: Bool?
    var criteria: [Criterion]
    var since: Int64?
    var until: Int64?
    var patterns: [ExactText]

    init(_ filter: SubscriptionFilter) {
        switch filter.selection.scope {
        case .all: break
        case .everything: everything = true
        case .stream(let name): stream = ExactText(name.description)
        case .prefix(let text): prefix = ExactText(text)
        }
        criteria = filter.selection.query.criteria.map { criterion in
            Criterion(types: criterion.types.map { ExactText($0.description) }, tags: criterion.tags.map { ExactText($0.description) })
        }
        since = filter.selection.since?.nanoseconds
        until = filter.selection.until?.nanoseconds
        patterns = filter.patterns.map { ExactText($0.description) }
    }

    func filter(of name: String?) throws(FlxError) -> SubscriptionFilter {
        var scope = Selection.Scope.all
        if everything == true { scope = .everything }
        if let stream { scope = .stream(try StreamName(stream.description)) }
        if let prefix { scope = .prefix(prefix.description) }
        let criteria = try self.criteria.map { criterion throws(FlxError) in
            Query.Criterion(
                types: try criterion.types.map { name throws(FlxError) in try EventType(name.description) },
                tags: try criterion.tags.map { label throws(FlxError) in try Tag(label.description) })
        }
        return SubscriptionFilter(
            selection: Selection(
                scope, Query(criteria: criteria), since: since.map { Timestamp(nanoseconds: $0) },
                until: until.map { Timestamp(nanoseconds: $0) }),
            patterns: try patterns.map { text throws(FlxError) in try EventPattern(text.description) }, name: name)
    }
}
