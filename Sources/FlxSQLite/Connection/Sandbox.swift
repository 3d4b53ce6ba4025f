import GRDBSQLite

/// The restrictions on users' code while it runs in a transaction of the store. The code may read, and change its own
/// tables. It may not end the transaction, begin another, attach files, set pragmas, or write to the store's tables.
///
/// The sandbox replaces GRDB's authorizer. That one collects the tables touched by each statement, for observers (there
/// are none here), and clears the list only when GRDB itself prepares a statement. Since the store uses its own
/// statements, the list would only grow.
///
/// Unchecked: used only on the serial queue of its connection.
final class Sandbox: @unchecked Sendable {
    /// The latest refusal of the current or last run; nil if there was none.
    private(set) var refusal: String?
    /// The number of questions from SQLite. It asks when it prepares a statement.
    private(set) var questions = 0
    private var isEntered = false

    /// Watches a connection. The sandbox must outlive it.
    func watch(_ connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            connection,
            { context, action, first, second, _, _ in
                guard let context else { return SQLITE_OK }
                return Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue().answer(action, first, second)
            }, context)
        // After a statement that rolls back, such as one with ON CONFLICT ROLLBACK, there is no transaction: SQLite
        // would commit each later statement separately.
        sqlite3_commit_hook(
            connection,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue().isCommitRefused ? 1 : 0
            }, context)
    }

    /// Runs the code of a user under the restrictions.
    func run<Value>(_ body: () throws -> Value) rethrows -> Value {
        (isEntered, refusal) = (true, nil)
        defer { isEntered = false }
        return try body()
    }

    private var isCommitRefused: Bool {
        if isEntered { refusal = "a change after the transaction was rolled back" }
        return isEntered
    }

    private func answer(_ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?) -> Int32 {
        questions &+= 1
        guard isEntered else { return SQLITE_OK }
        let (name, other) = (first.map { String(cString: $0) } ?? "", second.map { String(cString: $0) })
        refusal = Self.reason(action, name, other) ?? refusal
        return Self.reason(action, name, other) == nil ? SQLITE_OK : SQLITE_DENY
    }

    /// Returns the reason for refusing an action; nil if it is allowed. For the names, see SQLite's
    /// `sqlite3_set_authorizer`.
    private static func reason(_ action: Int32, _ first: String, _ second: String?) -> String? {
        switch action {
        case SQLITE_TRANSACTION: return "\(first) of a transaction that is the store's"
        case SQLITE_SAVEPOINT: return "a savepoint in a transaction that is the store's"
        case SQLITE_ATTACH, SQLITE_DETACH: return "attaching files"
        case SQLITE_PRAGMA: return isReadingPragma(first, second) ? nil : "PRAGMA \(first)"
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_DROP_TABLE, SQLITE_ANALYZE,
            SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_VTABLE:
            return isOwn(first) ? "a change of '\(first)', which is the store's" : nil
        // A renamed temporary table could hide a table of the store.
        case SQLITE_ALTER_TABLE where first == "temp": return "a change of the temporary table '\(second ?? "")'"
        case SQLITE_ALTER_TABLE, SQLITE_CREATE_INDEX, SQLITE_DROP_INDEX, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_TEMP_TRIGGER,
            SQLITE_DROP_TRIGGER:
            return second.map(isOwn) == true ? "a change of '\(second ?? "")', which is the store's" : nil
        default: return nil
        }
    }

    private static func isOwn(_ table: String) -> Bool { Schema.tables.contains(table.lowercased()) }

    private static func isReadingPragma(_ name: String, _ argument: String?) -> Bool {
        let describing: Set = [
            "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list", "database_list",
            "collation_list", "function_list", "integrity_check", "quick_check",
        ]
        let telling: Set = [
            "application_id", "user_version", "schema_version", "data_version", "encoding", "page_size", "page_count", "freelist_count",
            "compile_options",
        ]
        return describing.contains(name.lowercased()) || argument == nil && telling.contains(name.lowercased())
    }
}
