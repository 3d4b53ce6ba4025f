/// The spaces of the library's own records with numbers relevant to the log. Drivers know them.
extension StateSpace {
    /// The checkpoints of readers. The number of each is a position.
    package static let checkpoints = StateSpace("checkpoints")
    /// The snapshots of states. The number of each is a position.
    package static let snapshots = StateSpace("snapshots")
    /// The last tokens of leases. They go on to grow, whatever becomes of the log.
    package static let leaseTokens = StateSpace("lease-tokens")
}

extension StateRecord {
    /// The number of the record as a position.
    /// - Throws: ``FlxError/Code/corrupt`` for a number outside the range of positions.
    package var position: Position {
        get throws(FlxError) {
            guard number >= 0 else {
                throw FlxError(
                    .corrupt, "'\(key.name)' of '\(key.space.name)' has the impossible number \(number): it is damaged")
            }
            return Position(unchecked: number)
        }
    }
}

extension StateEdit {
    /// Saves the position of a reader, or forgets the reader with nil.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a bad name.
    package static func checkpoint(_ reader: String, at position: Position?) throws(FlxError) -> StateEdit {
        let key = StateKey(try NameRule.checked(reader, field: "checkpoint"), in: .checkpoints)
        return if let position { .put(StateRecord(key, number: position.value)) } else { .remove(key) }
    }
}
