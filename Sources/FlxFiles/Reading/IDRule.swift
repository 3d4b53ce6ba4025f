import FlxCore

/// The rule for the ids of imported events: a store has one event for each id, and CloudEvents one for each source and id.
package enum IDRule: String, CaseIterable, Sendable {
    /// The id as it is.
    case id
    /// Its source, a blank and its id: two sources that number their events are told apart.
    case sourceAndID = "source+id"
    /// The name of its log, a blank and its id: two logs that number their events are told apart.
    case originAndID = "origin+id"

    /// The id of an event of a log. One that would be longer than ids can be is made of the same text.
    func id(of event: Event, in origin: String) throws(FlxError) -> EventID {
        let text: String
        switch self {
        case .id: return event.id
        // A source has no blank in it, so that no two pairs give one text.
        case .sourceAndID: text = "\(event.source) \(event.id)"
        case .originAndID: text = "\(origin) \(event.id)"
        }
        return (try? EventID(text)) ?? EventID(derivedFrom: text)
    }
}
