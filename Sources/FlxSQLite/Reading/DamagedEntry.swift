import FlxCore

/// Rows of one table beside the log that no store has written: with a value of the wrong type, or a number out of
/// range.
struct DamagedEntry {
    /// The fault, in one sentence.
    let fault: String
    /// The statements for removing the rows.
    let removal: [String]
}

extension Handle {
    /// Finds last numbers after which there is no other: nothing could be added to their tables any more.
    func damagedLastNumbers() throws(FlxError) -> [DamagedEntry] {
        guard try number("SELECT count(*) FROM sqlite_master WHERE sql = 'CREATE TABLE sqlite_sequence(name,seq)'") == 1 else { return [] }
        var entries: [DamagedEntry] = []
        for table in ["views", "state_spaces"] {
            let row = "name = '\(table)'"
            let isDamaged = "typeof(seq) <> 'integer' OR seq NOT BETWEEN 0 AND \(Int64.greatestNumbered)"
            guard try number("SELECT count(*) FROM sqlite_sequence WHERE \(row) AND (\(isDamaged))") > 0 else { continue }
            entries.append(DamagedEntry(
                fault: "the last number of the table '\(table)' is damaged",
                removal: ["UPDATE sqlite_sequence SET seq = (SELECT ifnull(max(id), 0) FROM \(table)) WHERE \(row)"]))
        }
        return entries
    }

    /// Returns the damaged rows of views.
    func damagedViews() throws(FlxError) -> [DamagedEntry] {
        let statement = try Statement(self, "SELECT \(ViewRow.columns) FROM views WHERE role IS NOT 2 ORDER BY id")
        var entries: [DamagedEntry] = []
        while try statement.step() {
            guard (try? ViewRow(statement)) == nil else { continue }
            let id = statement.number(0)
            entries.append(DamagedEntry(
                fault: "the entry \(id) of the views is damaged",
                removal: ["view_documents", "view_entries"].map { "DELETE FROM \($0) WHERE view = \(id)" }
                    + ["DELETE FROM views WHERE id = \(id)"]))
        }
        return entries
    }
}
