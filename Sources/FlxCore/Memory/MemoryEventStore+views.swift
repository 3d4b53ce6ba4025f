extension MemoryEventStore: TransactionalProjectionStore {
    /// See ``TransactionalProjectionStore/generations(of:)``.
    public func generations(of view: String?) async throws(FlxError) -> [ViewGeneration] {
        try withOpenState { $0.views.generations(of: view) }
    }

    /// See ``TransactionalProjectionStore/beginGeneration(of:version:)``.
    public func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        let name = try NameRule.checked(view, field: "view")
        return try withOpenState { state throws(FlxError) in try state.views.begin(name, version: version) }
    }

    /// See ``TransactionalProjectionStore/commit(_:)``.
    @discardableResult
    public func commit(_ step: ViewStep) async throws(FlxError) -> AppendResult {
        try step.check(limits)
        let (result, last) = try withOpenState { state throws(FlxError) in
            try state.views.check(step)
            let result = try state.log.append(step.events, unless: nil, at: clock.now())
            try state.views.make(step)
            return (result, state.log.lastPosition)
        }
        doorbell.ring(through: last)
        return result
    }

    /// See ``TransactionalProjectionStore/holdForSwitch(to:)``.
    public func holdForSwitch(to generation: ViewGeneration.ID) async throws(FlxError) -> Position {
        try withOpenState { state throws(FlxError) in try state.views.hold(for: generation) }
    }

    /// See ``TransactionalProjectionStore/switchView(to:)``.
    public func switchView(to generation: ViewGeneration.ID) async throws(FlxError) {
        try withOpenState { state throws(FlxError) in try state.views.switchView(to: generation) }
    }

    /// See ``TransactionalProjectionStore/dropGeneration(_:)``.
    public func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) {
        try withOpenState { $0.views.drop(generation) }
    }

    /// See ``TransactionalProjectionStore/documents(_:of:)``.
    public func documents(_ keys: [String], of source: ViewSource) async throws(FlxError) -> [ViewDocument?] {
        try withOpenState { state throws(FlxError) in try state.views.documents(keys, of: source) }
    }

    /// See ``TransactionalProjectionStore/documents(_:of:)``.
    public func documents(_ query: ViewQuery, of source: ViewSource) async throws(FlxError) -> ViewPage {
        guard query.limit >= 1 else { throw FlxError(.invalidValue, "documents: the limit is \(query.limit), it must be 1 or more") }
        return try withOpenState { state throws(FlxError) in try state.views.documents(query, of: source) }
    }
}

extension MemoryEventStore: SnapshotStore {}
