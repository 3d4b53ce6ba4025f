/// The refusals of an append, in the words of all drivers.
extension StreamWrite {
    /// Refuses a write to a stream of another version.
    /// - Throws: ``FlxError/Code/versionConflict``.
    public func check(against actual: Version) throws(FlxError) {
        guard !expected.allows(actual) else { return }
        throw FlxError(
            .versionConflict, "append: the stream '\(stream)' is at version \(actual), expected was \(expected); read it again",
            actualVersion: actual)
    }
}

extension Boundary {
    /// Refuses a position beyond the end of the log. Call it before the search for matching events.
    /// - Throws: ``FlxError/Code/invalidValue``.
    public func check(against last: Position) throws(FlxError) {
        guard position > last else { return }
        throw FlxError(
            .invalidValue,
            """
            append: the boundary is after position \(position), and the log ends at \(last): the decision was made on another log; read \
            again
            """)
    }

    /// The error for a matching event recorded after the position.
    public func refusal(by found: Position) -> FlxError {
        FlxError(
            .boundaryConflict, "append: the event at position \(found) was recorded after \(position) and affects the decision; read again")
    }
}

extension Event {
    /// The error for an event with an id already recorded at a position, with other content.
    public func conflict(at position: Position) -> FlxError {
        FlxError(.idConflict, "append: the id \(id) is recorded at position \(position) with other content")
    }
}
