/// The spaces of the library's own records that drivers know, because the numbers of their records mean something for the log.
extension StateSpace {
    /// The checkpoints of readers. The number of each is a position.
    package static let checkpoints = StateSpace("checkpoints")
    /// The snapshots of states. The number of each is a position.
    package static let snapshots = StateSpace("snapshots")
    /// The last tokens of leases. They go on to grow, whatever becomes of the log.
    package static let leaseTokens = StateSpace("lease-tokens")
}

extension StateRecord {
    /// The position that the number of the record is.
    /// - Throws: ``FlxError/Code/corrupt`` for a number that no position has.
    package var position: Position {
        get throws(FlxError) {
            guard number >= 0 else {
                throw FlxError(
                    .corrupt, "'\(key.name)' of '\(key.space.name)' has the number \(number), which none can have: it is damaged")
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
