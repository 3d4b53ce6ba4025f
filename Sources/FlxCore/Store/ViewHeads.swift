/// The heads of all generations, and the last number given, as read. Changes to them are computed here; the store makes a change only if
/// they are still the same.
package struct ViewHeads: Sendable {
    /// The heads, in the order of creation.
    package let heads: [ViewHead]
    private let last: StateRecord?

    /// Joins the records read for one view, or for all.
    /// - Throws: ``FlxError/Code/corrupt`` for records not written by a store, and for contradictory generations: a caller could wait for
    ///   ever because of them.
    package init(_ records: [StateRecord], last: StateRecord?) throws(FlxError) {
        (heads, self.last) = (try records.map { record throws(FlxError) in try ViewHead(record) }, last)
        for (name, heads) in Dictionary(grouping: heads, by: { ExactText($0.generation.view) }) where !Self.fit(heads) {
            throw FlxError(
                .corrupt,
                "the entries of the view '\(name)' do not fit together: flx repair takes the view away, and its runner builds it anew")
        }
    }

    /// Returns true if a store can have written these generations of one view.
    package static func fit(_ heads: [ViewHead]) -> Bool {
        let current = heads.filter { $0.generation.role == .current }
        let building = heads.filter { $0.generation.role == .building }
        guard current.count <= 1, building.count <= 1, current.allSatisfy({ $0.generation.switchPosition == nil }) else { return false }
        guard let position = building.first?.generation.switchPosition else { return !heads.contains(where: \.isHeld) }
        guard let held = current.first, let built = building.first else { return false }
        return held.isHeld && !built.isHeld && held.generation.checkpoint == position && built.generation.checkpoint <= position
    }

    /// Begins a generation: the current one if the view has none, otherwise one beside it, in place of an abandoned one.
    package func beginning(
        _ view: String, version: Int, tables: [String] = [], at time: Timestamp
    ) throws(FlxError) -> (StoreChange, ViewHead) {
        let name = try NameRule.checked(view, field: "view")
        let current = current(name)
        let other = current == nil ? nil : of(name).first { $0.generation.role == .building }
        guard !(other?.isActive(at: time) ?? false) else { throw ViewRefusal.alreadyBuilding(view) }
        let number = max(last?.number ?? 0, heads.last?.generation.id.value ?? 0)
        guard (0..<ViewHead.numbers.upperBound).contains(number) else {
            throw FlxError(.corrupt, "view '\(view)': the last number of a generation is \(number), and there is no greater one")
        }
        var head = ViewHead(
            ViewGeneration(
                id: ViewGeneration.ID(number + 1), view: name, version: version, role: current == nil ? .current : .building),
            tables: tables)
        head.touch(time)
        var change = if let other { try dropping(other) } else { change([]) }
        // A step may be made of the abandoned one in the meantime.
        if let other { change.guards.append(other.isUnchanged) }
        change.edits += [.removeAll(head.documents), .put(try head.record), .put(StateRecord(ViewHead.last, number: number + 1))]
        return (change, head)
    }

    /// Holds the current generation for one under construction. A repeated call notes that a runner still works on the latter.
    package func holding(_ id: ViewGeneration.ID, at time: Timestamp) throws(FlxError) -> (StoreChange, Position) {
        var head = try building(id)
        head.touch(time)
        if let position = head.generation.switchPosition { return (try change(writing: [head]), position) }
        guard var current = current(head.generation.view) else { throw ViewRefusal.noView(head.generation.view) }
        let position = current.generation.checkpoint
        guard head.generation.checkpoint <= position else { throw ViewRefusal.isAhead(head.generation, of: current.generation) }
        (head.generation.switchPosition, current.isHeld) = (position, true)
        return (try change(writing: [head, current]), position)
    }

    /// Releases a current generation held for an abandoned one; nil if a runner works on the latter.
    package func releasing(_ held: ViewHead, at time: Timestamp) throws(FlxError) -> StoreChange? {
        let all = of(held.generation.view)
        guard all.contains(where: \.isHeld), !all.contains(where: { $0.isActive(at: time) }) else { return nil }
        return try change(writing: released(all))
    }

    /// Releases the current generation held for one under construction. Without a hold nothing changes.
    package func releasing(for id: ViewGeneration.ID) throws(FlxError) -> StoreChange {
        let head = try building(id)
        guard head.generation.switchPosition != nil else { return StoreChange() }
        return try change(writing: released(of(head.generation.view)))
    }

    /// Makes a generation under construction the current one, and drops the former.
    package func switching(to id: ViewGeneration.ID) throws(FlxError) -> StoreChange {
        var head = try building(id)
        guard head.generation.checkpoint == head.generation.switchPosition else { throw ViewRefusal.isNotThere(head.generation) }
        (head.generation.role, head.generation.switchPosition, head.expires) = (.current, nil, nil)
        return try change(writing: [head], removing: current(head.generation.view))
    }

    /// Drops a generation, or one of a role alone; the other one of its view is no longer held.
    package func dropping(_ id: ViewGeneration.ID, if role: ViewGeneration.Role? = nil) throws(FlxError) -> StoreChange {
        guard let head = heads.first(where: { $0.generation.id == id }), role == nil || head.generation.role == role else {
            return StoreChange()
        }
        return try dropping(head)
    }

    private func dropping(_ head: ViewHead) throws(FlxError) -> StoreChange {
        try change(writing: released(of(head.generation.view).filter { $0.generation.id != head.generation.id }), removing: head)
    }

    /// The held generations, or those about to switch, without that state.
    private func released(_ heads: [ViewHead]) -> [ViewHead] {
        heads.filter { $0.isHeld || $0.generation.switchPosition != nil }.map { head in
            var head = head
            (head.isHeld, head.generation.switchPosition) = (false, nil)
            return head
        }
    }

    private func change(writing written: [ViewHead], removing removed: ViewHead? = nil) throws(FlxError) -> StoreChange {
        var edits: [StateEdit] = removed.map { [.remove($0.key), .removeAll($0.documents)] } ?? []
        for head in written { edits.append(.put(try head.record)) }
        return change(edits, if: written.map(\.isUnchanged))
    }

    /// A change that writes the last number, under the condition that it is still as read.
    private func change(_ edits: [StateEdit], if guards: [StateGuard] = []) -> StoreChange {
        let isLast: StateGuard = last.map { .revision(ViewHead.last, $0.revision) } ?? .absent(ViewHead.last)
        return StoreChange(if: [isLast] + guards, [.put(StateRecord(ViewHead.last, number: last?.number ?? 0))] + edits)
    }

    private func of(_ view: String) -> [ViewHead] { heads.filter { ExactText.same($0.generation.view, view) } }

    private func current(_ view: String) -> ViewHead? { of(view).first { $0.generation.role == .current } }

    private func building(_ id: ViewGeneration.ID) throws(FlxError) -> ViewHead {
        guard let head = heads.first(where: { $0.generation.id == id }) else { throw ViewRefusal.noGeneration(id) }
        guard head.generation.role == .building else { throw ViewRefusal.isNotBuilt(id) }
        return head
    }
}

extension ViewHead {
    /// The change for a step of the generation.
    /// - Throws: ``FlxError/Code/viewConflict`` if the generation may not take it.
    package func taking(_ step: ViewStep, at time: Timestamp) throws(FlxError) -> StoreChange {
        try ViewRefusal.check(step, on: generation, isHeld: isHeld)
        var after = self
        after.touch(time)
        after.generation = generation.advanced(through: step.through, handled: step.handled)
        var edits: [StateEdit] = []
        edits.reserveCapacity(step.changes.count + 1)
        for change in step.changes {
            switch change {
            case .put(let document):
                let key = StateKey(document.key, in: documents)
                edits.append(.put(StateRecord(key, body: document.body, entries: document.entries)))
            case .remove(let key): edits.append(.remove(StateKey(key, in: documents)))
            }
        }
        return StoreChange(step.events, if: [isUnchanged], edits + [.put(try after.record)])
    }
}
