/// The place of an event, and what tells it from the event that another log has at that place.
///
/// A state that was folded up to an event can be believed where the log still has that event: what stands before it is then what it was.
/// Without it, the log was restored to an earlier point and went on in another way, or is another one.
struct EventMark: Hashable, Sendable {
    let position: Position
    let version: Version
    /// The sum over the id and the time of recording.
    let sum: UInt64

    init(position: Position, version: Version, sum: UInt64) {
        (self.position, self.version, self.sum) = (position, version, sum)
    }

    /// The mark of a recorded event.
    init(_ recorded: RecordedEvent) {
        var hash = ByteHash()
        switch recorded.id.form {
        case .uuid(let bits): for part in [UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits)] {
            hash.mix(Int64(bitPattern: part))
        }
        case .text(let text): hash.mix(text.utf8)
        }
        hash.mix(recorded.recordedTime.nanoseconds)
        self.init(position: recorded.position, version: recorded.version, sum: hash.value)
    }
}

extension EventStore {
    /// The events from a marked one on; nil if the log has another one at its place, or none.
    func read(_ selection: Selection, from mark: EventMark, limit: Int) async throws(FlxError) -> Page? {
        guard mark.position > .start else { return nil }
        let page = try await read(selection, .forward(after: Position(unchecked: mark.position.value - 1)), limit: limit)
        // The parts of a split event are together on a page, and the last of them was the last to be applied.
        guard let last = page.events.last(where: { $0.position == mark.position }) else { return nil }
        let found = EventMark(last)
        return found.sum == mark.sum && (mark.version == .none || found.version == mark.version) ? page : nil
    }
}
