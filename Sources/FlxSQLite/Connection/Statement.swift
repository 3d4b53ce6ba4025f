import FlxCore
import GRDBSQLite

/// A prepared statement. Binds and reads by position, without copies.
///
/// Bound memory must live until the statement was stepped. Returned memory is valid until the next step or reset.
final class Statement {
    private let handle: Handle
    private let pointer: OpaquePointer

    init(_ handle: Handle, _ sql: String) throws(FlxError) {
        var pointer: OpaquePointer?
        let (code, isWhole) = sql.withCString { text in
            var rest: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle.pointer, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &pointer, &rest)
            return (code, rest.map { Self.isBlank($0) } ?? true)
        }
        guard code == SQLITE_OK, let pointer else { throw handle.fault(code) }
        guard isWhole else {
            sqlite3_finalize(pointer)
            throw FlxError(.corrupt, "\(handle.path): a statement of the store has another one in it: nothing was run; verify the store")
        }
        self.handle = handle
        self.pointer = pointer
    }

    deinit {
        sqlite3_finalize(pointer)
    }

    private static func isBlank(_ text: UnsafePointer<CChar>) -> Bool {
        var text = text
        while text.pointee != 0 {
            guard [9, 10, 13, 32].contains(text.pointee) else { return false }
            text += 1
        }
        return true
    }

    /// Advances to the next row. Returns false if there is none.
    func step() throws(FlxError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = handle.fault(code)
            sqlite3_reset(pointer)
            throw error
        }
    }

    /// Runs a statement that returns no row, and resets it.
    func run() throws(FlxError) {
        _ = try step()
        sqlite3_reset(pointer)
    }

    /// Makes the statement ready for the next run.
    func reset() {
        sqlite3_reset(pointer)
    }

    // MARK: Binding, from 1

    func bind(_ value: Int64, at index: Int32) {
        sqlite3_bind_int64(pointer, index, value)
    }

    func bindNull(at index: Int32) {
        sqlite3_bind_null(pointer, index)
    }

    func bind(blob bytes: UnsafeRawBufferPointer, at index: Int32) {
        if let base = bytes.baseAddress, !bytes.isEmpty {
            sqlite3_bind_blob64(pointer, index, base, UInt64(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(pointer, index, 0)
        }
    }

    func bind(text bytes: UnsafeRawBufferPointer, at index: Int32) {
        let base = bytes.baseAddress.map { $0.assumingMemoryBound(to: CChar.self) }
        sqlite3_bind_text64(pointer, index, base, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
    }

    // MARK: Reading, from 0

    func number(_ column: Int32) -> Int64 {
        sqlite3_column_int64(pointer, column)
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_NULL
    }

    /// Returns the integer in a column of an untrusted row; nil if it is not an integer in the range.
    func integer(_ column: Int32, in range: ClosedRange<Int64>) -> Int64? {
        guard sqlite3_column_type(pointer, column) == SQLITE_INTEGER, case let value = number(column), range ~= value else { return nil }
        return value
    }

    func isText(_ column: Int32) -> Bool {
        sqlite3_column_type(pointer, column) == SQLITE_TEXT
    }

    /// Returns the text in a column; nil if it is not a text or not UTF-8. Repaired bytes would be another name: no
    /// listing could continue after it.
    func text(_ column: Int32) -> String? {
        isText(column) ? String(validating: bytes(column), as: UTF8.self) : nil
    }

    /// Returns the bytes of a blob or text.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(pointer, column)
        return UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(pointer, column)))
    }
}
