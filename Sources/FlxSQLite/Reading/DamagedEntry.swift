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
    /// Returns the damaged rows of snapshots and views.
    func damagedEntries() throws(FlxError) -> [DamagedEntry] {
        var entries: [DamagedEntry] = []
        let isNoName = "typeof(name) <> 'text' OR length(CAST(name AS BLOB)) > \(Snapshot.maximumNameBytes)"
        let condition = ["position", "version"].reduce(isNoName) {
            "\($0) OR typeof(\($1)) <> 'integer' OR \($1) NOT BETWEEN 0 AND \(Int64.greatest)"
        }
        let count = try number("SELECT count(*) FROM snapshots WHERE \(condition)")
        if count > 0 {
            entries.append(DamagedEntry(
                fault: "\(count) of the snapshots have a name or a number that none can have",
                removal: ["DELETE FROM snapshots WHERE \(condition)"]))
        }
        return entries + (try damagedNames()) + (try damagedViews())
    }

    /// Finds names not in UTF-8: no reader would ever find them.
    private func damagedNames() throws(FlxError) -> [DamagedEntry] {
        let isShort = "typeof(name) = 'text' AND length(CAST(name AS BLOB)) <= \(Snapshot.maximumNameBytes)"
        let statement = try Statement(self, "SELECT name, hex(name) FROM snapshots WHERE \(isShort)")
        var removal: [String] = []
        while try statement.step() {
            guard statement.text(0) == nil, let digits = statement.text(1) else { continue }
            removal.append("DELETE FROM snapshots WHERE CAST(name AS BLOB) = x'\(digits)'")
        }
        guard !removal.isEmpty else { return [] }
        return [DamagedEntry(fault: "\(removal.count) of the snapshots have a name that none can have", removal: removal)]
    }

    private func damagedViews() throws(FlxError) -> [DamagedEntry] {
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
