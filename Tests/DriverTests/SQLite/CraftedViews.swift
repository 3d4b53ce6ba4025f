import FlxCore

@testable import FlxSQLite

extension ViewHead {
    /// Makes a head, whatever it is like.
    init(
        _ id: Int64, of view: String, _ role: ViewGeneration.Role = .current, at checkpoint: Int64 = 0, handled: Int64 = 0,
        switchPosition: Int64? = nil, isHeld: Bool = false, tables: [String] = []
    ) {
        self.init(
            ViewGeneration(
                id: ViewGeneration.ID(id), view: view, version: 1, role: role, checkpoint: Position(unchecked: checkpoint),
                handled: handled, switchPosition: switchPosition.map { Position(unchecked: $0) }),
            tables: tables)
        self.isHeld = isHeld
    }
}

extension SQLiteEventStore {
    /// Writes entries of views as a file may have them that no store has written.
    func write(_ heads: [ViewHead]) async throws {
        try await commit(StoreChange(try heads.map { .put(try $0.record) }))
    }
}
