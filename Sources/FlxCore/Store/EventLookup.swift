/// A store that finds an event by its id without reading the log.
public protocol EventLookup: Sendable {
    /// The event with the id; nil when the store has none.
    /// - Throws: ``FlxError/Code/closed``, ``FlxError/Code/io`` or ``FlxError/Code/corrupt``.
    func event(_ id: EventID) async throws(FlxError) -> RecordedEvent?
}
