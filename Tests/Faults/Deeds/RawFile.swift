import Foundation
import GRDBSQLite

/// An SQLite file used by SQLite alone, without the rules of the store.
final class RawFile {
    private let path: String
    private var database: OpaquePointer?

    init(_ path: String) throws {
        self.path = path
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw Broken("\(path) cannot be opened") }
        // Another process of the campaign may hold the file briefly.
        sqlite3_busy_timeout(database, 10_000)
    }

    deinit {
        sqlite3_close(database)
    }

    /// Runs statements.
    func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
            throw Broken("\(path): \(String(cString: sqlite3_errmsg(database))): \(sql.prefix(300))")
        }
    }

    /// Closes the file now.
    func close() {
        sqlite3_close(database)
        database = nil
    }

    /// Returns the rows of a query.
    func rows(_ sql: String) throws -> [[Value]] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Broken("\(path): \(String(cString: sqlite3_errmsg(database))): \(sql)")
        }
        defer { sqlite3_finalize(statement) }
        var rows: [[Value]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append((0..<sqlite3_column_count(statement)).map { Value(statement, $0) })
        }
        return rows
    }

    /// One value of a row.
    enum Value {
        case null
        case number(Int64)
        case text([UInt8])
        case blob([UInt8])

        init(_ statement: OpaquePointer?, _ index: Int32) {
            switch sqlite3_column_type(statement, index) {
            case SQLITE_INTEGER: self = .number(sqlite3_column_int64(statement, index))
            case SQLITE_NULL: self = .null
            case let type:
                let start = sqlite3_column_blob(statement, index)
                let bytes = Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, index))))
                self = type == SQLITE_BLOB ? .blob(bytes) : .text(bytes)
            }
        }

        var bytes: [UInt8] {
            switch self {
            case .text(let bytes), .blob(let bytes): bytes
            default: []
            }
        }

        var number: Int64 {
            if case .number(let number) = self { number } else { 0 }
        }

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }
}
