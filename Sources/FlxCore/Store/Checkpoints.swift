/// The positions of named readers, as records of a store. The number of each record is the position.
package struct Checkpoints: Sendable {
    /// The space of the records.
    package static let space = StateSpace("checkpoints")

    private let store: any StateStore

    package init(store: any StateStore) {
        self.store = store
    }

    /// The position of a reader; nil if it never saved one.
    package func position(of reader: String) async throws(FlxError) -> Position? {
        guard (try? Self.checked(reader)) != nil else { return nil }
        return try await store.state(Self.key(of: reader)).map { record throws(FlxError) in try Self.position(record) }
    }

    /// The change that saves a position, or forgets the reader with nil.
    package static func edit(_ reader: String, to position: Position?) throws(FlxError) -> StateEdit {
        let key = Self.key(of: try checked(reader))
        guard let position else { return .remove(key) }
        return .put(StateRecord(key, number: position.value))
    }

    /// The position that a record has.
    package static func position(_ record: StateRecord) throws(FlxError) -> Position {
        guard record.number >= 0 else {
            throw FlxError(
                .corrupt,
                "'\(record.key.name)' of '\(record.key.space.name)' has the number \(record.number), which none can have: it is damaged")
        }
        return Position(unchecked: record.number)
    }

    private static func checked(_ reader: String) throws(FlxError) -> String { try NameRule.checked(reader, field: "checkpoint") }
    private static func key(of reader: String) -> StateKey { StateKey(reader, in: space) }
}

/// A store of records keeps checkpoints in them.
extension CheckpointStore where Self: StateStore {
    /// See ``CheckpointStore/checkpoint(_:)``.
    public func checkpoint(_ name: String) async throws(FlxError) -> Position? {
        try await Checkpoints(store: self).position(of: name)
    }

    /// See ``CheckpointStore/setCheckpoint(_:to:)``.
    public func setCheckpoint(_ name: String, to position: Position?) async throws(FlxError) {
        try await commit(StoreChange([try Checkpoints.edit(name, to: position)]))
    }
}
