import FlxCore

/// The rule for the ids of imported events: a store has one event for each id, and CloudEvents one for each source and id.
package enum IDRule: String, CaseIterable, Sendable {
    /// The id as it is.
    case id
    /// Its source, a space and its id, for sources with numbered events.
    case sourceAndID = "source+id"
    /// The name of its log, a space and its id, for logs with numbered events.
    case originAndID = "origin+id"

    /// The id of an event in a log. If it would be too long for an id, it is computed from the same text.
    func id(of event: Event, in origin: String) throws(FlxError) -> EventID {
        let text: String
        switch self {
        case .id: return event.id
        // A source contains no space, so no two pairs give one text.
        case .sourceAndID: text = "\(event.source) \(event.id)"
        case .originAndID: text = "\(origin) \(event.id)"
        }
        return (try? EventID(text)) ?? EventID(derivedFrom: text)
    }
}
