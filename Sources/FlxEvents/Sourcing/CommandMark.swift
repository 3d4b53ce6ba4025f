import FlxCore

/// The mark of a command that is carried out once: a tag on all of its events.
struct CommandMark {
    let tag: Tag

    /// Makes the mark of a command by its key. It looks like the mark of a subscription with effects once, with an empty name, which no
    /// subscription has.
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

    /// The events of the command, as they are stored; none if it was not carried out, or led to nothing. An upcaster cannot hide them.
    func events(in store: any EventStore) async throws(FlxError) -> [RecordedEvent] {
        if let store = store as? any UpcastingStore { return try await events(in: store.base) }
        var events: [RecordedEvent] = []
        for try await page in store.pages(Selection(.all, query)) { events += page.events }
        return events
    }

    /// Refuses a key if its events are in another stream.
    /// - Throws: ``FlxError/Code/idConflict``.
    static func check(_ done: [RecordedEvent], areIn stream: StreamName) throws(FlxError) {
        guard let other = done.first(where: { $0.event.stream != stream })?.event.stream else { return }
        throw FlxError(.idConflict, "the key of the command on '\(stream)' belongs to a command on '\(other)': give each its own")
    }
}

extension RecordedEvent {
    /// The place of an event that was there already.
    var place: AppendResult.Place { AppendResult.Place(position: position, version: version, isNew: false) }
}
