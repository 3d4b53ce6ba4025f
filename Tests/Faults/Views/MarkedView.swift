import FlxCore
import FlxEvents
import FlxSQLite

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
    var store: any EventStore & TransactionalProjectionStore { base.store }

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
final class MarkedViewStore: EventStore, TransactionalProjectionStore {
    private let store: SQLiteEventStore
    private let marks: Marks
    private let view: String

    init(_ store: SQLiteEventStore, _ marks: Marks, view: String) {
        (self.store, self.marks, self.view) = (store, marks, view)
    }

    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await marks.around("\(view).read") { () async throws(FlxError) in try await store.read(selection, direction, limit: limit) }
    }

    /// Commits a step. With the mark `apart`, a planted fault, it commits the documents first and the checkpoint later.
    func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        guard marks.isAt("\(view).apart") else {
            return try await marks.around("\(view).commit") { () async throws(FlxError) in try await store.commit(step) }
        }
        var rest = step
        (rest.changes, rest.events) = ([], [])
        try await store.commit(
            ViewStep(of: step.generation, after: step.after, through: step.after, changes: step.changes, events: step.events))
        if !step.changes.isEmpty { marks.pass("\(view).apart") }
        return try await store.commit(rest)
    }

    func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position {
        try await marks.around("\(view).hold") { () async throws(FlxError) in try await store.holdForSwitch(to: generation) }
    }

    func switchView(to generation: ViewGeneration.ID) async throws(FlxError) {
        try await marks.around("\(view).switch") { () async throws(FlxError) in try await store.switchView(to: generation) }
    }

    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await store.append(writes, unless: boundary)
    }

    func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] { try await store.generations(of: view) }

    func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        try await store.beginGeneration(of: view, version: version)
    }

    func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) { try await store.dropGeneration(generation) }
    func dropBuild(_ generation: ViewGeneration.ID) async throws(FlxError) { try await store.dropBuild(generation) }

    func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try await store.documents(keys, of: source)
    }

    func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        try await store.documents(query, of: source)
    }

    func wait(after position: Position) async throws(FlxError) { try await store.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await store.lastPosition() }
    func close() async { await store.close() }
}
