import FlxCore

/// The mark of a command that is carried out once: a tag on all events that it led to.
struct CommandMark {
    let tag: Tag

    /// Makes the mark of a command by its key. It is among the marks of subscriptions that have effects once, none of which has an empty
    /// name.
    init(_ key: String) throws(FlxError) {
        guard !key.isEmpty else { throw FlxError(.invalidValue, "once: the key of a command must not be empty") }
        do {
            tag = try Tag("\(Subscription.oncePrefix):\(key)")
        } catch {
            throw FlxError(
                error.code, "once: the key of a command must have at most 245 bytes, no ',' and no control characters", cause: error)
        }
    }

    /// All events of the command.
    var query: Query { .events(tagged: tag) }

    /// Marks events.
    func mark(_ events: [Event]) -> [Event] {
        events.map { event in
            var event = event
            if !event.tags.contains(tag) { event.tags.append(tag) }
            return event
        }
    }

    /// The events that the command led to when it was carried out; none if it was not, or led to nothing.
    func events(in store: any EventStore) async throws(FlxError) -> [RecordedEvent] {
        var (events, after) = ([RecordedEvent](), Position.start)
        while true {
            let page = try await store.read(Selection(.all, query), .forward(after: after), limit: 1_000)
            events += page.events
            guard !page.isLast else { return events }
            after = page.through
        }
    }
}

extension RecordedEvent {
    /// The place of an event that was there already.
    var place: AppendResult.Place { AppendResult.Place(position: position, version: version, isNew: false) }
}
