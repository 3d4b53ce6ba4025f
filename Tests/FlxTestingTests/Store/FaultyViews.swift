import FlxCore
import FlxTesting
import Synchronization
import Testing

/// One way in which a store can be wrong with the records that views and snapshots are made of.
enum ViewFault: String, Fault {
    case none
    case forgetsHowFar
    case stepsFromAnywhere
    case changesBeforeTheCheck
    case eventsBeforeTheStep
    case holdsNothing
    case keepsOldEntries
    case keepsTheFormer
    case ignoresCase
    case lookAlikeIndexes
    case lookAlikeViews
    case pagesOverlap
    case switchesInTwoSteps
    case keepsTheFirstSnapshot
    case listsAllSnapshots
    case cursorBeforeTheRange

    var broken: Set<String> {
        switch self {
        case .none: []
        case .forgetsHowFar:
            [
                "views.documents", "views.index", "views.step", "views.once", "views.events", "views.switch", "views.drop-current",
                "views.drop", "views.whole",
            ]
        case .stepsFromAnywhere: ["views.once"]
        case .changesBeforeTheCheck: ["views.once", "views.events", "views.whole"]
        case .eventsBeforeTheStep: ["views.events"]
        case .holdsNothing: ["views.switch", "views.whole", "views.drop", "views.drop-current"]
        case .keepsOldEntries: ["views.index"]
        case .keepsTheFormer: ["views.switch", "views.whole", "views.drop", "views.drop-current"]
        case .ignoresCase: ["views.documents", "views.look-alikes"]
        case .lookAlikeIndexes, .lookAlikeViews: ["views.look-alikes"]
        case .pagesOverlap: ["views.documents", "views.index", "views.cursor"]
        case .switchesInTwoSteps: ["views.whole"]
        case .keepsTheFirstSnapshot: ["snapshots.kept"]
        case .listsAllSnapshots: ["snapshots.dropped"]
        case .cursorBeforeTheRange: ["views.cursor"]
        }
    }

    var hanging: Set<String> { [] }
    var isBroad: Bool { false }
    /// A reader must look, or another caller come, between two halves.
    var byChance: Set<String> { [] }
}

@Suite("Wrong stores of views", .serialized)
struct WrongViewTests {
    @Test("a wrong store is caught by the rules that it breaks, and by no others", arguments: ViewFault.allCases)
    func isCaught(_ fault: ViewFault) async {
        await expectCaught(
            fault,
            by: { deadline in
                EventStoreRules.all(StoreFeatures(capabilities: [.state], deadline: deadline, seed: 7)).filter {
                    $0.name.contains("views") || $0.name.contains("snapshots")
                }
            }
        ) { FaultyViews(fault) }
    }
}

/// The store in memory behind a layer with one fault.
final class FaultyViews: ForwardingStore {
    let fault: ViewFault
    let inner = MemoryEventStore()

    init(_ fault: ViewFault) { self.fault = fault }

    func commit(_ change: StoreChange) async throws(FlxError) -> AppendResult {
        var change = StoreChange(change.writes, unless: change.boundary, if: change.guards, try await changed(change.edits))
        switch fault {
        case .stepsFromAnywhere:
            guard isStep(change) else { break }
            await rest()
            change.guards = []
        case .changesBeforeTheCheck:
            guard isStep(change) else { break }
            let documents = change.edits.filter { $0.space.name.hasPrefix("view-") }
            try await inner.commit(StoreChange(documents))
            await rest()
            change.edits.removeAll { $0.space.name.hasPrefix("view-") }
        case .eventsBeforeTheStep:
            for write in change.writes { _ = try await inner.append([write], unless: nil) }
            change.writes = []
        case .switchesInTwoSteps:
            let removals = change.edits.filter { $0.written == nil }
            guard !isStep(change), !removals.isEmpty, change.edits.contains(where: { $0.space.name == "views" && $0.written != nil })
            else { break }
            try await inner.commit(StoreChange(if: change.guards, removals))
            await rest()
            (change.guards, change.edits) = ([], change.edits.filter { $0.written != nil })
        default: break
        }
        return try await inner.commit(change)
    }

    /// True for the step of a view, which changes one head and no number of generations.
    private func isStep(_ change: StoreChange) -> Bool {
        change.edits.contains { $0.space.name == "views" } && !change.edits.contains { $0.space.name == "view-numbers" }
    }

    private func changed(_ edits: [StateEdit]) async throws(FlxError) -> [StateEdit] {
        var changed: [StateEdit] = []
        for edit in edits {
            if fault == .keepsTheFormer, edit.space.name == "views", edit.written == nil { continue }
            guard let record = edit.written else {
                changed.append(fault == .ignoresCase ? lowercased(edit) : edit)
                continue
            }
            switch record.key.space.name {
            case "views": changed.append(.put(try await head(record)))
            case "snapshots":
                let former = try await inner.state(record.key)
                if fault != .keepsTheFirstSnapshot || former == nil { changed.append(edit) }
            case let name where name.hasPrefix("view-"): changed.append(.put(try await document(record)))
            default: changed.append(edit)
            }
        }
        return changed
    }

    private func head(_ record: StateRecord) async throws(FlxError) -> StateRecord {
        var record = record
        let body = String(decoding: record.body, as: UTF8.self)
        switch fault {
        case .forgetsHowFar:
            if let old = try await inner.state(record.key) { record.number = old.number }
        case .holdsNothing:
            record.body = Array(body.replacing("\"isHeld\":true", with: "\"isHeld\":false").utf8)
        default: break
        }
        return record
    }

    private func document(_ record: StateRecord) async throws(FlxError) -> StateRecord {
        var record = record
        switch fault {
        case .keepsOldEntries:
            let old = try await inner.state(record.key)?.entries ?? []
            record.entries += old.filter { !record.entries.contains($0) }.prefix(8)
        case .lookAlikeIndexes:
            var entries: [StateEntry] = []
            for entry in record.entries where !entries.contains(where: { $0.index == entry.index && $0.value == entry.value }) {
                entries.append(entry)
            }
            record.entries = entries
        case .ignoresCase:
            let key = StateKey(record.key.name.lowercased(), in: record.key.space)
            record = StateRecord(key, number: record.number, body: record.body, entries: record.entries)
        default: break
        }
        return record
    }

    private func lowercased(_ edit: StateEdit) -> StateEdit {
        guard case .remove(let key) = edit, key.space.name.hasPrefix("view-") else { return edit }
        return .remove(StateKey(key.name.lowercased(), in: key.space))
    }

    func state(_ query: StateQuery) async throws(FlxError) -> StatePage {
        var query = query
        let isOfDocuments = query.space.name.hasPrefix("view-")
        switch query.order {
        case .names(let prefix):
            if fault == .listsAllSnapshots, query.space.name == "snapshots", prefix != "" { query.order = .names(prefix: "") }
        case .index(let range):
            if fault == .lookAlikeViews, query.space.name == "views" { return try await likeViews(query, range) }
            if fault == .cursorBeforeTheRange, query.after != nil {
                query.order = .index(StateQuery.Range(range.index, through: range.through))
            }
        }
        if fault == .pagesOverlap, isOfDocuments, let cursor = query.after {
            query.after = StateQuery.Cursor(value: cursor.value, name: String(cursor.name.unicodeScalars.dropLast()))
        }
        return try await inner.state(query)
    }

    /// The heads of all views whose names look like the one that is asked for.
    private func likeViews(_ query: StateQuery, _ range: StateQuery.Range) async throws(FlxError) -> StatePage {
        var all = StateQuery(query.space)
        all.keys = query.keys
        let page = try await inner.state(all)
        guard case .text(let asked) = range.from else { return page }
        let found = page.records.filter { record in
            record.entries.contains { if case .text(let text) = $0.value { text == asked } else { false } }
        }
        return StatePage(records: found, next: nil, beside: page.beside)
    }

    /// Lets others look.
    private func rest() async {
        for _ in 0..<20 { await Task.yield() }
    }
}
