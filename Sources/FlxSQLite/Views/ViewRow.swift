import FlxCore

/// A generation as its row has it.
struct ViewRow {
    /// The columns that a statement must select, in this order.
    static let columns = "id, name, version, role, checkpoint, handled, switch, tables"

    var generation: ViewGeneration
    /// The tables of the user's own, by the names under which the current generation has them.
    let tables: [String]

    init(_ row: Statement) {
        generation = ViewGeneration(
            id: ViewGeneration.ID(row.number(0)), view: String(decoding: row.bytes(1), as: UTF8.self), version: Int(row.number(2)),
            role: row.number(3) == 1 ? .current : .building, checkpoint: Position(unchecked: row.number(4)), handled: row.number(5),
            switchPosition: row.isNull(6) ? nil : Position(unchecked: row.number(6)))
        tables = String(decoding: row.bytes(7), as: UTF8.self).parts(at: "\n").filter { !$0.isEmpty }.map(String.init)
    }

    /// The name under which the generation has a table.
    func physical(_ table: String) -> String {
        generation.role == .current ? table : Self.building(table, generation.id)
    }

    /// The name of a table while it is built.
    static func building(_ table: String, _ id: ViewGeneration.ID) -> String { "\(table)_rebuild_\(id)" }
}

extension Handle {
    /// The generations of a view, or of all views, that were not dropped.
    func viewRows(of view: String?) throws(FlxError) -> [ViewRow] {
        let condition = view == nil ? "" : "name = ?1 AND"
        let statement = try Statement(self, "SELECT \(ViewRow.columns) FROM views WHERE \(condition) role < 2 ORDER BY id")
        func rows() throws(FlxError) -> [ViewRow] {
            var rows: [ViewRow] = []
            while try statement.step() { rows.append(ViewRow(statement)) }
            return rows
        }
        guard let view else { return try rows() }
        return try statement.withText(view, at: 1) { () throws(FlxError) in try rows() }
    }
}

/// The entries of a document as bytes, kept beside it so that a later change finds them all.
///
/// Each is the length and the bytes of the index's name, and a value: 0 and eight bytes of a number, or 1, a length and the bytes of a
/// text. Lengths are two bytes, little-endian.
enum EntryCoding {
    static func bytes(_ entries: [ViewEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        func add(_ text: String) {
            let count = UInt16(truncatingIfNeeded: text.utf8.count)
            bytes += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
            bytes += text.utf8
        }
        for entry in entries {
            add(entry.index)
            switch entry.value {
            case .number(let number):
                bytes.append(0)
                withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
            case .text(let text):
                bytes.append(1)
                add(text)
            }
        }
        return bytes
    }

    /// - Throws: ``FlxError/Code/corrupt`` for bytes that ``bytes(_:)`` did not make.
    static func entries(_ bytes: UnsafeRawBufferPointer) throws(FlxError) -> [ViewEntry] {
        var (rest, entries) = (bytes[...], [ViewEntry]())
        func take(_ count: Int) throws(FlxError) -> Slice<UnsafeRawBufferPointer> {
            guard rest.count >= count else { throw FlxError(.corrupt, "the entries of a document are damaged: rebuild its view") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func text() throws(FlxError) -> String {
            let count = try take(2).reversed().reduce(0) { $0 << 8 | Int($1) }
            return String(decoding: try take(count), as: UTF8.self)
        }
        while !rest.isEmpty {
            let index = try text()
            if try take(1).first == 0 {
                let number = try take(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                entries.append(ViewEntry(index, Int64(bitPattern: number)))
            } else {
                entries.append(ViewEntry(index, try text()))
            }
        }
        return entries
    }
}
