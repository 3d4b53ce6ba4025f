import FlxCore

/// What is demanded of every text that a reader of foreign events accepts; for the tests and for the fuzz targets.
enum RoundTrip: String, CaseIterable {
    case cloudevent, batch, domain, reflection

    /// A type that events of the reflection form are read as.
    private struct Completed: DomainEvent, Codable {
        static let eventType: EventType = "work.completed"
        static let category: EventCategory? = .completed

        var name: String
        var count: Int?
        var ratio: Double?
        var isOn: Bool?
    }

    /// The events in a text.
    func read(_ bytes: [UInt8]) throws -> [Event] {
        switch self {
        case .cloudevent: [try CloudEventsJSON.decode(bytes)]
        case .batch: try CloudEventsJSON.decodeBatch(bytes)
        case .domain: [try DomainForm.decode(bytes)]
        case .reflection: [try Self.form(.json).decode(bytes)]
        }
    }

    /// What is wrong with how a text is taken; nil if it is refused, or written again to a text that says the same.
    func fault(_ bytes: [UInt8]) -> String? {
        guard let events = try? read(bytes) else { return nil }
        do {
            for event in events {
                switch self {
                case .cloudevent, .batch: try event.checkAttributes()
                case .domain: try Self.same(event, DomainForm.encode) { bytes throws(FlxError) in try DomainForm.decode(bytes) }
                case .reflection:
                    for values in [ReflectionForm.Values.json, .pythonTexts] {
                        let form = try Self.form(values)
                        try Self.same(event, form.encode) { bytes throws(FlxError) in try form.decode(bytes) }
                    }
                }
                // Whatever a store takes has a text in the form of CloudEvents.
                if (try? event.checkAttributes()) == nil { continue }
                guard try CloudEventsJSON.decode(CloudEventsJSON.encode(event)) == event else { return "it changes as CloudEvents" }
            }
            guard self == .batch else { return nil }
            return try CloudEventsJSON.decodeBatch(CloudEventsJSON.encodeBatch(events)) == events ? nil : "the batch comes back as another"
        } catch { return "\(error)" }
    }

    private struct Changed: Error {
        let texts: [String]
    }

    /// The forms of the seed have no place for everything, but what they wrote they read and write again to the same bytes.
    private static func same(
        _ event: Event, _ encode: (Event) throws(FlxError) -> [UInt8], _ decode: ([UInt8]) throws(FlxError) -> Event
    ) throws {
        let text = try encode(event)
        let again = try encode(try decode(text))
        guard again == text else { throw Changed(texts: [text, again].map { String(decoding: $0, as: UTF8.self) }) }
    }

    private static func form(_ values: ReflectionForm.Values) throws -> ReflectionForm {
        var registry = EventRegistry()
        try registry.reflect(Completed.self)
        return ReflectionForm(registry: registry, values: values)
    }
}
