import FlxCore

/// The search for the spaces of damaged records. A record may be in another space than the one that it was written to: where the number of
/// a space fits to its checksum, that space has lost it. Only spaces of views are looked for; any other record stands for itself.
struct RecordOrigins {
    /// The maximum number of bytes that are compared. With more damage, each view counts as one that has lost records.
    private static let mostBytes = 256 << 20

    /// The names of the spaces that have lost records.
    private(set) var found: Set<ExactText> = []
    private let names: [Int64: ExactText]
    private let ofViews: [Int64: ExactText]
    private var bytesLeft = mostBytes

    init(_ handle: Handle) throws(FlxError) {
        let rows = try Statement(handle, "SELECT id, name FROM state_spaces WHERE name IS NOT NULL")
        var names: [Int64: ExactText] = [:]
        while try rows.step() {
            if let name = rows.text(1) { names[rows.number(0)] = ExactText(name) }
        }
        self.names = names
        ofViews = names.filter { ViewHead.isOfViews($0.value.description) }
    }

    /// Looks where a damaged record comes from.
    /// - Parameter row: As ``StateRow`` has it.
    /// - Returns: True if it is of a view.
    mutating func look(at row: Statement, in space: Int64) -> Bool {
        if let name = names[space] { found.insert(name) }
        let isInView = ofViews[space] != nil
        guard let name = String(validating: row.bytes(0), as: UTF8.self), let number = row.integer(1, in: .min ... .max),
            let revision = row.integer(2, in: StateRow.revisions), let checksum = row.integer(3, in: .min ... .max)
        else { return isInView }
        let (entries, body) = (row.bytes(4), row.bytes(5))
        for (id, origin) in ofViews where id != space {
            bytesLeft -= name.utf8.count + entries.count + body.count + 64
            guard bytesLeft >= 0 else {
                found.formUnion(ofViews.values)
                return isInView
            }
            let sum = Checksum(id, name, number: number, revision: revision, entries: entries, body: body)
            guard sum.value == checksum else { continue }
            found.insert(origin)
            return true
        }
        return isInView
    }
}
