import FlxCore
import FlxEvents
import FlxSQLite
import GRDB

/// The sums of each account as documents, with an additional event for every tenth event.
struct Sums: DocumentView {
    struct Document: Codable, Sendable { var events: Int64 = 0, sum: Int64 = 0 }
    static let name = "sums"
    static let selection = Selection.types("moved")
    /// Called in the middle of each event.
    var midway: @Sendable () -> Void = {}

    func apply(_ recorded: RecordedEvent, to sums: inout ViewDraft<Document>) throws -> Bool {
        let (stream, amount) = try Movement.read(recorded)
        sums[stream, default: Document()].events += 1
        midway()
        sums[stream, default: Document()].sum += amount
        if recorded.position.value % 10 == 0 { sums.append([try Event(type: "noted", data: .int(recorded.position.value))], to: "notes") }
        return true
    }
}

/// The sums of each account as rows of a table.
struct SumRows: SQLView {
    static let name = "sum-rows"
    static let selection = Selection.types("moved")
    static let tables = ["sum_rows"]
    /// Called after each event, in the transaction.
    var midway: @Sendable () -> Void = {}

    func create(_ tables: SQLTables) throws {
        try tables.execute("CREATE TABLE \(tables["sum_rows"])(account TEXT PRIMARY KEY, events INTEGER, sum INTEGER) WITHOUT ROWID")
    }

    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
        let (stream, amount) = try Movement.read(recorded)
        try tables.execute(
            """
            INSERT INTO \(tables["sum_rows"]) VALUES(?1, 1, ?2)
            ON CONFLICT(account) DO UPDATE SET events = events + 1, sum = sum + excluded.sum
            """, [stream, amount])
        midway()
        return true
    }
}
