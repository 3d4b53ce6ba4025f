import FlxCore
import FlxEvents
import FlxSQLite
import FlxTesting

/// A view that ends its process at a mark: around each of its steps, and in the middle of an event.
struct MarkedView: StoredView {
    /// All marks of both views, each with the last pass that may end the process.
    static let marks: [(name: String, most: Int)] = [Sums.name, SumRows.name].flatMap { view in
        let steps = [("read", 15), ("project", 15), ("begin", 2), ("hold", 2), ("switch", 2)] + (view == Sums.name ? [("commit", 15)] : [])
        return steps.flatMap { [("\(view).\($0.0).before", $0.1), ("\(view).\($0.0).after", $0.1)] } + [("\(view).apply", 2_000)]
    }

    let base: any StoredView
    let marks: Marks

    /// Returns the view of documents. It applies events before the transaction.
    static func documents(in store: SQLiteEventStore, _ marks: Marks) -> MarkedView {
        let marked = MarkedViewStore(store, marks, view: Sums.name)
        return MarkedView(base: StoredDocuments(Sums(midway: { marks.pass("\(Sums.name).apply") }), in: marked), marks: marks)
    }

    /// Returns the view of tables. It applies events in the transaction.
    static func tables(in store: SQLiteEventStore, _ marks: Marks) throws -> MarkedView {
        let marked = MarkedViewStore(store, marks, view: SumRows.name)
        let view = try store.tables(SumRows(midway: { marks.pass("\(SumRows.name).apply") }), through: marked)
        return MarkedView(base: view, marks: marks)
    }

    var name: String { base.name }
    var version: Int { base.version }
    var selection: Selection { base.selection }
    var store: any StateStore { base.store }

    func begin() async throws(FlxError) -> ViewGeneration {
        try await marks.around("\(name).begin") { () async throws(FlxError) in try await base.begin() }
    }

    func project(_ events: [RecordedEvent], to generation: ViewGeneration, through: Position) async throws(FlxError) -> ViewGeneration {
        try await marks.around("\(name).project") { () async throws(FlxError) in
            try await base.project(events, to: generation, through: through)
        }
    }

    func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest { try await base.digest(of: generation) }
}

/// The store of a view, with marks around the view's calls.
final class MarkedViewStore: ForwardingStore {
    let inner: SQLiteEventStore
    private let marks: Marks
    private let view: String

    init(_ store: SQLiteEventStore, _ marks: Marks, view: String) {
        (inner, self.marks, self.view) = (store, marks, view)
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await marks.around("\(view).read") { () async throws(FlxError) in try await inner.read(selection, direction, limit: limit) }
    }

    /// Commits a change. With the mark `apart`, a planted fault, it commits the documents of a step first and the checkpoint later.
    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        guard let act = act(change) else { return try await inner.commit(change) }
        guard act == "commit", marks.isAt("\(view).apart") else {
            return try await marks.around("\(view).\(act)") { () async throws(FlxError) in try await inner.commit(change) }
        }
        let (heads, documents) = (change.edits.filter { $0.space.name == "views" }, change.edits.filter { $0.space.name != "views" })
        try await inner.commit(StoreChange(change.writes, unless: change.boundary, if: change.guards, documents))
        if !documents.isEmpty { marks.pass("\(view).apart") }
        return try await inner.commit(StoreChange(if: change.guards, heads))
    }

    /// What a change of views does: a step writes no number of generations, and a switch takes one away and writes the other.
    private func act(_ change: StoreChange) -> String? {
        let heads = change.edits.filter { $0.space.name == "views" }
        guard !heads.isEmpty else { return nil }
        if !change.edits.contains(where: { $0.space.name == "view-numbers" }) { return "commit" }
        let written = heads.count { if case .put = $0 { true } else { false } }
        if change.edits.contains(where: { if case .removeAll = $0 { true } else { false } }) {
            return written == 1 && heads.count == 2 ? "switch" : nil
        }
        return "hold"
    }
}
