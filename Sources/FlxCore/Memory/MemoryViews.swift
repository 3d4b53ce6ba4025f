/// The views of a ``MemoryEventStore``: a value without locks, in which the contract of ``TransactionalProjectionStore`` is plain calls.
struct MemoryViews: Sendable {
    private struct Build {
        var generation: ViewGeneration
        /// By the bytes of the keys: as texts, look-alikes would be equal.
        var documents: [[UInt8]: ViewDocument] = [:]
        /// The keys in order; nil when one came or went since it was made.
        var order: [[UInt8]]?
    }

    private var builds: [ViewGeneration.ID: Build] = [:]
    private var lastID: Int64 = 0

    /// The generations, oldest first.
    func generations(of view: String?) -> [ViewGeneration] {
        builds.values.map(\.generation).filter { generation in view.map { ExactText.same($0, generation.view) } ?? true }
            .sorted { $0.id < $1.id }
    }

    mutating func begin(_ view: String, version: Int) throws(FlxError) -> ViewGeneration {
        let others = generations(of: view)
        let hasCurrent = others.contains { $0.role == .current }
        guard !hasCurrent || others.count == 1 else { throw ViewRefusal.alreadyBuilding(view) }
        lastID += 1
        let generation = ViewGeneration(
            id: ViewGeneration.ID(lastID), view: view, version: version, role: hasCurrent ? .building : .current)
        builds[generation.id] = Build(generation: generation)
        return generation
    }

    /// Checks that a step may be made; nothing is changed.
    func check(_ step: ViewStep) throws(FlxError) {
        let generation = try build(step.generation).generation
        let isHeld = generation.role == .current && generations(of: generation.view).contains { $0.switchPosition != nil }
        try ViewRefusal.check(step, on: generation, isHeld: isHeld)
    }

    mutating func make(_ step: ViewStep) throws(FlxError) {
        var build = try build(step.generation)
        // So that the documents are not copied.
        builds[step.generation] = nil
        for change in step.changes {
            switch change {
            case .put(let document):
                if build.documents.updateValue(document, forKey: Array(document.key.utf8)) == nil { build.order = nil }
            case .remove(let key):
                if build.documents.removeValue(forKey: Array(key.utf8)) != nil { build.order = nil }
            }
        }
        build.generation.checkpoint = step.through
        build.generation.count(step.handled)
        builds[step.generation] = build
    }

    mutating func hold(for id: ViewGeneration.ID) throws(FlxError) -> Position {
        let generation = try building(id)
        if let position = generation.switchPosition { return position }
        guard let current = current(generation.view) else { throw ViewRefusal.noView(generation.view) }
        guard generation.checkpoint <= current.checkpoint else { throw ViewRefusal.isAhead(generation, of: current) }
        builds[id]?.generation.switchPosition = current.checkpoint
        return current.checkpoint
    }

    mutating func switchView(to id: ViewGeneration.ID) throws(FlxError) {
        let generation = try building(id)
        guard generation.checkpoint == generation.switchPosition else { throw ViewRefusal.isNotThere(generation) }
        if let current = current(generation.view) { builds[current.id] = nil }
        builds[id]?.generation.role = .current
        builds[id]?.generation.switchPosition = nil
    }

    mutating func drop(_ id: ViewGeneration.ID) {
        guard let dropped = builds.removeValue(forKey: id)?.generation, dropped.role == .current else { return }
        // Nothing is left to switch from: the one being built goes on.
        for other in generations(of: dropped.view) { builds[other.id]?.generation.switchPosition = nil }
    }

    func documents(_ keys: [String], of source: ViewSource) throws(FlxError) -> [ViewDocument?] {
        let build = try build(source)
        return keys.map { build.documents[Array($0.utf8)] }
    }

    mutating func documents(_ query: ViewQuery, of source: ViewSource) throws(FlxError) -> ViewPage {
        var build = try build(source)
        let found: [(value: StateEntry.Value?, document: ViewDocument)]
        if let range = query.range {
            found = entries(in: range, of: build)
        } else {
            let order = build.order ?? build.documents.keys.sorted { $0.lexicographicallyPrecedes($1) }
            if build.order == nil {
                build.order = order
                builds[build.generation.id]?.order = order
            }
            let start = query.after.map { cursor in order.turningPoint { cursor.key.utf8.lexicographicallyPrecedes($0) } } ?? 0
            found = order[start...].prefix(query.limitAndOne).compactMap { key in build.documents[key].map { (nil, $0) } }
        }
        let rest = query.range == nil ? found[...] : found.drop { Self.isPassed($0, query.placeInIndex) }
        let page = rest.prefix(query.limit)
        let next = rest.count > query.limit ? page.last.map { ViewQuery.Cursor(value: $0.value, key: $0.document.key) } : nil
        return ViewPage(generation: build.generation, documents: page.map(\.document), next: next)
    }

    private func entries(in range: ViewQuery.Range, of build: Build) -> [(value: StateEntry.Value?, document: ViewDocument)] {
        var found: [(value: StateEntry.Value, document: ViewDocument)] = []
        for document in build.documents.values {
            for entry in Set(document.entries) where ExactText.same(entry.index, range.index) {
                guard range.from.map({ $0 <= entry.value }) ?? true, range.through.map({ entry.value <= $0 }) ?? true else { continue }
                found.append((entry.value, document))
            }
        }
        found.sort { left, right in
            left.value == right.value ? ExactText.precedes(left.document.key, right.document.key) : left.value < right.value
        }
        return found.map { ($0.value, $0.document) }
    }

    /// Returns true if an entry is at a place or before it.
    private static func isPassed(
        _ entry: (value: StateEntry.Value?, document: ViewDocument), _ place: (value: StateEntry.Value, key: String)?
    ) -> Bool {
        guard let place, let value = entry.value else { return false }
        return value == place.value ? !ExactText.precedes(place.key, entry.document.key) : value < place.value
    }

    private func current(_ view: String) -> ViewGeneration? {
        generations(of: view).first { $0.role == .current }
    }

    private func build(_ id: ViewGeneration.ID) throws(FlxError) -> Build {
        guard let build = builds[id] else { throw ViewRefusal.noGeneration(id) }
        return build
    }

    private func build(_ source: ViewSource) throws(FlxError) -> Build {
        switch source {
        case .generation(let id): return try build(id)
        case .view(let name):
            guard let current = current(name) else { throw ViewRefusal.noView(name) }
            return try build(current.id)
        }
    }

    private func building(_ id: ViewGeneration.ID) throws(FlxError) -> ViewGeneration {
        let generation = try build(id).generation
        guard generation.role == .building else { throw ViewRefusal.isNotBuilt(id) }
        return generation
    }
}

