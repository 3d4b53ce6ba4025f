import FlxCore

extension StateWriting {
    /// Removes all generations of each view with a generation beyond a position, and their tables. The views will be built again.
    /// - Returns: The names of the views.
    mutating func forgetViews(beyond position: Int64, _ handle: Handle) throws(FlxError) -> [String] {
        let heads = try page(.viewHeads(), pageBytes: .max).viewHeads.heads
        let beyond = Set(heads.filter { $0.generation.checkpoint.value > position }.map { ExactText($0.generation.view) })
        for head in heads where beyond.contains(ExactText(head.generation.view)) {
            try handle.drop(try ViewTables(head))
            try make([.remove(head.key), .removeAll(head.documents)])
        }
        return beyond.sorted().map(\.description)
    }
}

extension Handle {
    /// Takes away the views that are damaged, as a repair does. Their runners make them from the events.
    /// - Returns: What was wrong, one sentence each.
    func removeDamagedViews() throws(FlxError) -> [String] {
        let state = try StateFaults(self)
        let views = try ViewFaults(self, damagedSpaces: state.damagedSpaces)
        let damaged = state.damaged.filter(\.isOfViews) + views.damaged
        guard !damaged.isEmpty else { return [] }
        for statement in damaged.flatMap(\.removal) { try execute(statement) }
        let rest = try StateFaults(self)
        if try rest.entryFault != nil { try rest.makeEntries() }
        return damaged.map(\.fault)
    }
}

/// The check of views, whose parts are records like all others, and yet stand for each other: a view that lost a document shows what
/// never was. So it is taken away as a whole, and its runner builds it anew.
struct ViewFaults {
    /// The faults, with the statements that remove their causes.
    private(set) var damaged: [DamagedEntry] = []
    /// The heads that can be read.
    private var heads: [ViewHead] = []
    /// The spaces of the documents of all views, also of those to be taken away.
    private var known: Set<ExactText> = []

    /// The generations that are not damaged.
    var generations: [ViewGeneration] { heads.map(\.generation) }

    /// Looks at all views.
    /// - Parameter spaces: The names of spaces with damaged records.
    init(_ handle: Handle, damagedSpaces spaces: Set<ExactText>) throws(FlxError) {
        try addHeads(handle)
        try addViews(handle, damagedSpaces: spaces)
        try addStray(handle)
        try addLastNumber(handle)
    }

    private mutating func addHeads(_ handle: Handle) throws(FlxError) {
        let rows = try Statement(handle, """
            SELECT r.name, r.number, r.revision, r.checksum, r.entries, r.body, r.space FROM state_records r
            JOIN state_spaces s ON s.id = r.space WHERE s.name = '\(ViewHead.space.name)' ORDER BY r.name
            """)
        while try rows.step() {
            // A record that is not as it was written is counted among the records.
            guard let record = try? StateRow(rows, rows.number(6)).record(in: ViewHead.space) else { continue }
            do throws(FlxError) {
                let head = try ViewHead(record)
                _ = try ViewTables(head)
                heads.append(head)
            } catch {
                damaged.append(DamagedEntry(
                    fault: "the entry \(record.key.name) of the views is damaged", removal: Self.removal(of: record.key)))
            }
        }
    }

    /// Finds views whose generations do not fit together, or that lost documents.
    private mutating func addViews(_ handle: Handle, damagedSpaces: Set<ExactText>) throws(FlxError) {
        let views = Dictionary(grouping: heads) { ExactText($0.generation.view) }
        known = Set(heads.map { ExactText($0.documents.name) })
        heads = []
        for (name, heads) in views.sorted(by: { $0.key < $1.key }) {
            let hasLost = heads.contains { damagedSpaces.contains(ExactText($0.documents.name)) }
            guard hasLost || !ViewHeads.fit(heads) else {
                self.heads += heads
                continue
            }
            let what = hasLost ? "has damaged documents" : "has entries that do not fit together"
            var tables: [String] = []
            for head in heads { tables += try handle.tables(try ViewTables(head)).map { "DROP TABLE IF EXISTS \($0.quoted)" } }
            damaged.append(DamagedEntry(
                fault: "the view '\(name)' \(what): a repair takes it away, and its runner builds it anew",
                removal: tables + heads.flatMap { Self.removal(of: $0.key) + Self.removal(of: $0.documents) }))
        }
    }

    /// Finds documents of no view.
    private mutating func addStray(_ handle: Handle) throws(FlxError) {
        for name in try handle.texts("SELECT name FROM state_spaces WHERE name GLOB 'view-[0-9]*' ORDER BY id") {
            guard let id = Int64(name.dropFirst("view-".count)), ExactText.same(ViewHead.documents(ViewGeneration.ID(id)).name, name),
                !known.contains(ExactText(name))
            else { continue }
            let space = ViewHead.documents(ViewGeneration.ID(id))
            damaged.append(DamagedEntry(fault: "the documents in '\(name)' belong to no view", removal: Self.removal(of: space)))
        }
    }

    private mutating func addLastNumber(_ handle: Handle) throws(FlxError) {
        let condition = "number NOT BETWEEN 0 AND \(ViewHead.numbers.upperBound) AND space IN \(Self.number(of: ViewHead.last.space))"
        guard try handle.number("SELECT count(*) FROM state_records WHERE \(condition)") > 0 else { return }
        damaged.append(DamagedEntry(
            fault: "the last number of a generation of a view is damaged", removal: ["DELETE FROM state_records WHERE \(condition)"]))
    }

    private static func removal(of key: StateKey) -> [String] {
        // As digits: a quotation mark may be a part of a character of a name.
        ["DELETE FROM state_records WHERE space IN \(number(of: key.space)) AND name = CAST(x'\(key.name.utf8.hexDigits)' AS TEXT)"]
    }

    private static func removal(of space: StateSpace) -> [String] {
        ["state_records", "state_entries"].map { "DELETE FROM \($0) WHERE space IN \(number(of: space))" }
            + ["DELETE FROM state_spaces WHERE name = '\(space.name)'"]
    }

    private static func number(of space: StateSpace) -> String { "(SELECT id FROM state_spaces WHERE name = '\(space.name)')" }
}
