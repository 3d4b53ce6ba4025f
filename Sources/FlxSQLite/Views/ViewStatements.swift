import FlxCore

/// The statements that the writer keeps prepared for views.
struct ViewStatements {
    private let row: Statement
    private let holds: Statement
    private let advance: Statement
    private let entries: Statement
    private let putDocument: Statement
    private let removeDocument: Statement
    private let putEntry: Statement
    private let removeEntry: Statement

    init(_ handle: Handle) throws(FlxError) {
        row = try Statement(handle, "SELECT \(ViewRow.columns) FROM views WHERE id = ?1 AND role < 2")
        holds = try Statement(handle, "SELECT 1 FROM views WHERE name = ?1 AND role = 0 AND switch IS NOT NULL")
        // A sum that is too great for a number would become one with a fraction.
        advance = try Statement(handle, """
            UPDATE views SET checkpoint = ?2, handled = min(handled, \(Int64.greatest) - ?3) + ?3 WHERE id = ?1
            """)
        entries = try Statement(handle, "SELECT entries FROM view_documents WHERE view = ?1 AND key = ?2")
        putDocument = try Statement(handle, """
            INSERT INTO view_documents(view, key, body, entries) VALUES(?1, ?2, ?3, ?4)
            ON CONFLICT(view, key) DO UPDATE SET body = excluded.body, entries = excluded.entries
            """)
        removeDocument = try Statement(handle, "DELETE FROM view_documents WHERE view = ?1 AND key = ?2")
        putEntry = try Statement(handle, "INSERT OR IGNORE INTO view_entries(view, name, value, key) VALUES(?1, ?2, ?3, ?4)")
        removeEntry = try Statement(handle, "DELETE FROM view_entries WHERE view = ?1 AND name = ?2 AND value = ?3 AND key = ?4")
    }

    /// A generation.
    /// - Throws: ``FlxError/Code/notFound`` when it is none.
    func generation(_ id: ViewGeneration.ID) throws(FlxError) -> ViewRow {
        defer { row.reset() }
        row.bind(id.value, at: 1)
        guard try row.step() else { throw ViewRefusal.noGeneration(id) }
        return try ViewRow(row)
    }

    /// Whether the current generation of a view is held for a switch.
    func isHeld(_ view: String) throws(FlxError) -> Bool {
        try holds.withText(view, at: 1) { () throws(FlxError) in try holds.step() }
    }

    /// Moves a generation on.
    func advance(_ id: ViewGeneration.ID, through position: Position, handled: Int64) throws(FlxError) {
        advance.bind(id.value, at: 1)
        advance.bind(position.value, at: 2)
        advance.bind(handled, at: 3)
        try advance.run()
    }

    /// Puts or removes a document with its entries.
    func apply(_ change: ViewStep.Change, to view: ViewGeneration.ID) throws(FlxError) {
        switch change {
        case .put(let document):
            let old = try oldEntries(of: document.key, in: view)
            if old != document.entries {
                for entry in old { try write(entry, of: document.key, in: view, with: removeEntry) }
                for entry in document.entries { try write(entry, of: document.key, in: view, with: putEntry) }
            }
            try put(document, in: view)
        case .remove(let key):
            for entry in try oldEntries(of: key, in: view) { try write(entry, of: key, in: view, with: removeEntry) }
            removeDocument.bind(view.value, at: 1)
            try removeDocument.withText(key, at: 2) { () throws(FlxError) in _ = try removeDocument.step() }
        }
    }

    private func oldEntries(of key: String, in view: ViewGeneration.ID) throws(FlxError) -> [ViewEntry] {
        entries.bind(view.value, at: 1)
        return try entries.withText(key, at: 2) { () throws(FlxError) in
            guard try entries.step(), !entries.isNull(0) else { return [] }
            return try EntryCoding.entries(entries.bytes(0))
        }
    }

    private func put(_ document: ViewDocument, in view: ViewGeneration.ID) throws(FlxError) {
        let statement = putDocument
        let coded = EntryCoding.bytes(document.entries)
        statement.bind(view.value, at: 1)
        try statement.withText(document.key, at: 2) { () throws(FlxError) in
            try document.body.withBytes { body throws(FlxError) in
                try coded.withBytes { coded throws(FlxError) in
                    statement.bind(blob: body, at: 3)
                    if coded.isEmpty { statement.bindNull(at: 4) } else { statement.bind(blob: coded, at: 4) }
                    _ = try statement.step()
                }
            }
        }
    }

    private func write(
        _ entry: ViewEntry, of key: String, in view: ViewGeneration.ID, with statement: Statement
    ) throws(FlxError) {
        statement.bind(view.value, at: 1)
        try statement.withText(entry.index, at: 2) { () throws(FlxError) in
            try statement.withValue(entry.value, at: 3) { () throws(FlxError) in
                try statement.withText(key, at: 4) { () throws(FlxError) in _ = try statement.step() }
            }
        }
    }
}

extension Statement {
    /// Binds a value of an index for as long as the body runs.
    func withValue<Result>(_ value: StateEntry.Value, at index: Int32, _ body: () throws(FlxError) -> Result) throws(FlxError) -> Result {
        switch value {
        case .number(let number):
            bind(number, at: index)
            return try body()
        case .text(let text): return try withText(text, at: index, body)
        }
    }
}
