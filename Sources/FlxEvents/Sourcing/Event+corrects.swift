public import FlxCore

extension Event {
    /// The event that an operator corrected by this one, which a subscription had parked; nil for an event that corrects none.
    ///
    /// The wrong event stays in the log. A reader that adds up passes over the correction, or takes out what the wrong event brought in.
    public var corrects: EventID? { extensions[SubscriptionFilter.correction] == nil ? nil : causationID }
}

extension RecordedEvent {
    /// The event that an operator corrected by this one; see ``FlxCore/Event/corrects``.
    public var corrects: EventID? { event.corrects }
}
