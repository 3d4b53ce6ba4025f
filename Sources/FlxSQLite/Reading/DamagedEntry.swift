import FlxCore

/// Rows of one table beside the log that no store has written: with a value of the wrong type, or a number out of
/// range.
struct DamagedEntry {
    /// The fault, in one sentence.
    let fault: String
    /// The statements for removing the rows. Their content is made again from the log.
    let removal: [String]
}

extension Handle {
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
