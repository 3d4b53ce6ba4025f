import GRDBSQLite

/// What the code of users may do on a connection while it runs within our transaction: read, and change tables of its own. It may not
/// end the transaction, begin another, attach files, set pragmas, or write to the store's own tables.
///
/// It takes the place of GRDB's authorizer, which collects the tables that each statement touches for observers, of which there are
/// none, and forgets them only when GRDB itself prepares a statement: with our own statements between, that list would only grow.
///
/// Unchecked, because it is used on the serial queue of its connection only.
final class Sandbox: @unchecked Sendable {
    /// What was refused to the code that runs, or ran last.
    private(set) var refusal: String?
    /// How often SQLite asked; it does when a statement is prepared.
    private(set) var questions = 0
    private var isEntered = false

    /// Watches over a connection, which it must outlive.
    func watch(_ connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            connection,
            { context, action, first, second, _, _ in
                guard let context else { return SQLITE_OK }
                return Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue().answer(action, first, second)
            }, context)
        // A statement that rolls back, such as one with ON CONFLICT ROLLBACK, leaves later ones without a transaction: each of them
        // would be committed by itself.
        sqlite3_commit_hook(
            connection,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue().isCommitRefused ? 1 : 0
            }, context)
    }

    /// Runs the code of a user.
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

    /// Why an action is refused; nil when it is not. SQLite's documentation of `sqlite3_set_authorizer` has the meaning of the names.
    private static func reason(_ action: Int32, _ first: String, _ second: String?) -> String? {
        switch action {
        case SQLITE_TRANSACTION: return "\(first) of a transaction that is the store's"
        case SQLITE_SAVEPOINT: return "a savepoint in a transaction that is the store's"
        case SQLITE_ATTACH, SQLITE_DETACH: return "attaching files"
        case SQLITE_PRAGMA: return isReadingPragma(first, second) ? nil : "PRAGMA \(first)"
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE, SQLITE_DROP_TABLE, SQLITE_ANALYZE,
            SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_VTABLE:
            return isOwn(first) ? "a change of '\(first)', which is the store's" : nil
        // A temporary table could take the name of one of the store's, which it would then hide.
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
