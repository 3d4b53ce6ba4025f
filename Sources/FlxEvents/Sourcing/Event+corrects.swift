public import FlxCore

extension Event {
    /// The parked event that this one corrects; nil for an event that corrects none.
    ///
    /// An operator made the correction. The wrong event stays in the log. A reader that adds up values must take out those of the wrong
    /// event, or pass over the correction.
    public var corrects: EventID? { extensions[SubscriptionFilter.correction] == nil ? nil : causationID }
}

extension RecordedEvent {
    /// The parked event that this one corrects; see ``FlxCore/Event/corrects``.
    public var corrects: EventID? { event.corrects }
}
