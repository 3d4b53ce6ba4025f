import FlxCore

/// Rows of one table beside the log that no store has written: with a value of the wrong type, or a number out of
/// range.
struct DamagedEntry {
    /// The fault, in one sentence.
    let fault: String
    /// The statements for removing the rows.
    let removal: [String]
    /// True if the rows are of views alone, which are made from events.
    var isOfViews = false
}

extension Handle {
    /// Finds a last number of a space after which there is no other: nothing could be added any more.
    func damagedLastNumber() throws(FlxError) -> DamagedEntry? {
        guard try number("SELECT count(*) FROM sqlite_master WHERE sql = 'CREATE TABLE sqlite_sequence(name,seq)'") == 1 else { return nil }
        let row = "name = 'state_spaces'"
        let isDamaged = "typeof(seq) <> 'integer' OR seq NOT BETWEEN 0 AND \(Int64.greatestNumbered)"
        guard try number("SELECT count(*) FROM sqlite_sequence WHERE \(row) AND (\(isDamaged))") > 0 else { return nil }
        return DamagedEntry(
            fault: "the last number of the table 'state_spaces' is damaged",
            // The table itself has it then.
            removal: ["DELETE FROM sqlite_sequence WHERE \(row)"])
    }
}
