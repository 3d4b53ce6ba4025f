import FlxCore
import FlxTesting
import Synchronization
import Testing

/// One way in which a store of views and snapshots can be wrong.
enum ViewFault: String, Fault {
    case none
    case stepsFromAnywhere
    case changesBeforeTheCheck
    case eventsBeforeTheStep
    case buildingOnesAppend
    case holdsNothing
    case answersWithTheNewest
    case keepsOldEntries
    case ignoresCase
    case lookAlikeIndexes
    case lookAlikeViews
    case pagesOverlap
    case switchesInTwoSteps
    case keepsTheFirstSnapshot
    case dropsAllSnapshots
    case beginsOneAtATime
    case cursorBeforeTheRange
    case stepsToTheEnd
    case dropsTheCurrentOne

    var broken: Set<String> {
        switch self {
        case .none: []
        case .stepsFromAnywhere: ["views.step"]
        case .changesBeforeTheCheck: ["views.step", "views.events"]
        case .eventsBeforeTheStep: ["views.events"]
        case .buildingOnesAppend: ["views.events"]
        case .holdsNothing: ["views.switch", "views.whole", "views.drop-current"]
        case .answersWithTheNewest: ["views.events", "views.switch", "views.drop-current"]
        case .keepsOldEntries: ["views.index"]
        case .ignoresCase: ["views.documents", "views.look-alikes"]
        case .lookAlikeIndexes, .lookAlikeViews: ["views.look-alikes"]
        case .pagesOverlap: ["views.documents", "views.index", "views.cursor"]
        case .switchesInTwoSteps: ["views.whole"]
        case .keepsTheFirstSnapshot: ["snapshots.kept"]
        case .dropsAllSnapshots: ["snapshots.dropped"]
        case .beginsOneAtATime: ["views.drop-current"]
        case .cursorBeforeTheRange: ["views.cursor"]
        case .stepsToTheEnd: ["views.step"]
        case .dropsTheCurrentOne: ["views.drop"]
        }
    }

    var hanging: Set<String> { [] }
    var isBroad: Bool { false }
    /// A reader must look, or another caller come, between two halves.
    var byChance: Set<String> {
        switch self {
        case .changesBeforeTheCheck: ["views.once", "views.whole"]
        case .answersWithTheNewest: ["views.whole"]
        default: []
        }
    }
}

@Suite("Wrong stores of views", .serialized)
struct WrongViewTests {
    @Test("a wrong store is caught by the rules that it breaks, and by no others", arguments: ViewFault.allCases)
    func isCaught(_ fault: ViewFault) async {
        await expectCaught(
            fault,
            by: { deadline in
                EventStoreRules.all(StoreFeatures(capabilities: [.views, .snapshots], deadline: deadline, seed: 7)).filter {
                    $0.name.contains("views") || $0.name.contains("snapshots")
                }
            }
        ) { FaultyViews(fault) }
    }
}

/// The store in memory behind a layer with one fault.
final class FaultyViews: EventStore, TransactionalProjectionStore, SnapshotStore {
    let fault: ViewFault
    let inner = MemoryEventStore()
    /// Whether a switch has taken the former generation away, and not put the new one in its place.
    private let isBetween = Mutex(false)

    init(_ fault: ViewFault) { self.fault = fault }

    func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        var step = step
        let generation = try await inner.generations(of: nil).first { $0.id == step.generation }
        switch fault {
        case .stepsFromAnywhere:
            if let generation, generation.role == .current, step.through > generation.checkpoint, step.through >= step.after {
                step.after = generation.checkpoint
            }
        case .changesBeforeTheCheck:
            if let generation {
                let changes = ViewStep(
                    of: step.generation, after: generation.checkpoint, through: generation.checkpoint, changes: step.changes)
                _ = try? await inner.commit(changes)
                await rest()
                step.changes = []
            }
        case .eventsBeforeTheStep:
            if generation?.role == .current {
                for write in step.events { _ = try await inner.append([write], unless: nil) }
                step.events = []
            }
        case .buildingOnesAppend:
            if generation?.role == .building {
                for write in step.events { _ = try await inner.append([write], unless: nil) }
                step.events = []
            }
        case .keepsOldEntries: step.changes = try await keepingEntries(step)
        case .lookAlikeIndexes:
            step.changes = step.changes.map { change in
                guard case .put(let document) = change else { return change }
                var entries: [ViewEntry] = []
                for entry in document.entries where !entries.contains(where: { $0.index == entry.index && $0.value == entry.value }) {
                    entries.append(entry)
                }
                return .put(ViewDocument(key: document.key, body: document.body, entries: entries))
            }
        case .ignoresCase:
            step.changes = step.changes.map { change in
                switch change {
                case .put(let document): .put(ViewDocument(key: document.key.lowercased(), body: document.body, entries: document.entries))
                case .remove(let key): .remove(key.lowercased())
                }
            }
        case .stepsToTheEnd:
            if step.through == .end { step.through = Position(unchecked: .max - 1) }
        default: break
        }
        return try await inner.commit(step)
    }

    private func keepingEntries(_ step: ViewStep) async throws(FlxError) -> [ViewStep.Change] {
        var changes: [ViewStep.Change] = []
        for change in step.changes {
            guard case .put(let document) = change,
                let old = (try? await inner.documents([document.key], of: .generation(step.generation)))?.first ?? nil
            else {
                changes.append(change)
                continue
            }
            let entries = document.entries + old.entries.filter { !document.entries.contains($0) }.prefix(8)
            changes.append(.put(ViewDocument(key: document.key, body: document.body, entries: entries)))
        }
        return changes
    }

    func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position {
        guard fault == .holdsNothing else { return try await inner.holdForSwitch(to: generation) }
        let position = try await inner.holdForSwitch(to: generation)
        // The hold is gone with the build: the next one of the same number does not exist.
        try await inner.dropGeneration(generation)
        return position
    }

    func switchView(to generation: ViewGeneration.ID) async throws(FlxError) {
        if fault == .switchesInTwoSteps {
            isBetween.withLock { $0 = true }
            await rest()
            isBetween.withLock { $0 = false }
        }
        try await inner.switchView(to: generation)
    }

    func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try await inner.documents(keys, of: try await resolved(source))
    }

    func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        var query = query
        if fault == .pagesOverlap, let cursor = query.after {
            query.after = .init(value: cursor.value, key: String(cursor.key.unicodeScalars.dropLast()))
        }
        if fault == .cursorBeforeTheRange, let range = query.range, query.after != nil {
            query.range = ViewQuery.index(range.index, through: range.through).range
        }
        return try await inner.documents(query, of: try await resolved(source))
    }

    private func resolved(_ source: ViewSource) async throws(FlxError) -> ViewSource {
        if case .view(let name) = source, isBetween.withLock(\.self) { throw FlxError(.notFound, "no view '\(name)'") }
        guard fault == .answersWithTheNewest, case .view(let name) = source,
            let newest = try await inner.generations(of: name).last
        else { return source }
        return .generation(newest.id)
    }

    func save(_ snapshot: Snapshot) async throws(FlxError) {
        if fault == .keepsTheFirstSnapshot, try await inner.snapshot(snapshot.name) != nil { return }
        try await inner.save(snapshot)
    }

    func dropSnapshots(prefix: String) async throws(FlxError) -> Int {
        try await inner.dropSnapshots(prefix: fault == .dropsAllSnapshots ? "" : prefix)
    }

    /// Lets others look.
    private func rest() async {
        for _ in 0..<20 { await Task.yield() }
    }

    // What is right.
    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult {
        try await inner.append(writes, unless: boundary)
    }
    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page {
        try await inner.read(selection, direction, limit: limit)
    }
    func wait(after position: Position) async throws(FlxError) { try await inner.wait(after: position) }
    func lastPosition() async throws(FlxError) -> Position { try await inner.lastPosition() }
    func close() async { await inner.close() }
    func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] {
        guard fault == .lookAlikeViews, let view else { return try await inner.generations(of: view) }
        return try await inner.generations(of: nil).filter { $0.view == view }
    }
    func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        if fault == .beginsOneAtATime, try await inner.generations(of: view).contains(where: { $0.role == .building }) {
            throw FlxError(.viewConflict, "one is being built")
        }
        return try await inner.beginGeneration(of: view, version: version)
    }
    func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) { try await inner.dropGeneration(generation) }
    func dropBuild(_ generation: ViewGeneration.ID) async throws(FlxError) {
        if fault == .dropsTheCurrentOne { return try await inner.dropGeneration(generation) }
        try await inner.dropBuild(generation)
    }
    func snapshot(_ name: String) async throws(FlxError) -> Snapshot? { try await inner.snapshot(name) }
    func snapshots(prefix: String, after name: String?, limit: Int) async throws(FlxError) -> [SnapshotSummary] {
        try await inner.snapshots(prefix: prefix, after: name, limit: limit)
    }
}
