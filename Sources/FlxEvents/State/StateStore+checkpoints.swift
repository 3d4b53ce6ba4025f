public import FlxCore

/// Checkpoints: the positions of named readers, as durable as the events.
extension StateStore {
    /// The position of a reader; nil if it never saved one.
    public func checkpoint(_ name: String) async throws(FlxError) -> Position? {
        let key = StateKey(name, in: .checkpoints)
        guard (try? key.check()) != nil else { return nil }
        return try await state(key).map { record throws(FlxError) in try record.position }
    }

    /// Saves the position of a reader, or forgets the reader with nil.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` or ``FlxCore/FlxError/Code/limitExceeded`` for a name that is not 1 to 256
    ///   printable bytes.
    public func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        try await commit(StoreChange([try .checkpoint(name, at: position)]))
    }
}
