import FlxCore

/// An event on its way to the handler.
struct SubscriptionItem: Equatable, Sendable {
    /// The event, or one of the parts that an upcaster made of it.
    let event: RecordedEvent
    /// The key whose events follow each other; of a split event, that of the first part.
    let key: ExactText
    /// The error of an event that cannot be read, which no attempt to handle it can mend. It is there as it is stored.
    var fault: String?
}
