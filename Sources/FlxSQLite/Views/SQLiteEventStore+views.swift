public import FlxCore

extension SQLiteEventStore: TransactionalProjectionStore {
    /// See ``FlxCore/TransactionalProjectionStore/beginGeneration(of:version:)``. The tables of an abandoned build are dropped with it.
    public func beginGeneration(of view: String, version: Int) async throws(FlxError) -> ViewGeneration {
        guard let writer else { throw readOnly }
        return try await views(writer).begin(view, version: version)
    }

    /// See ``FlxCore/TransactionalProjectionStore/switchView(to:)``. Tables of the user's own get the names of the former's.
    public func switchView(to generation: ViewGeneration.ID) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await views(writer).switchView(to: generation)
    }

    /// See ``FlxCore/TransactionalProjectionStore/dropGeneration(_:)``. Tables of the user's own are dropped with it.
    public func dropGeneration(_ generation: ViewGeneration.ID) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await views(writer).drop(generation)
    }

    /// See ``FlxCore/TransactionalProjectionStore/dropBuild(_:)``. Tables of the user's own are dropped with it.
    public func dropBuild(_ generation: ViewGeneration.ID) async throws(FlxError) {
        guard let writer else { throw readOnly }
        try await views(writer).dropBuild(generation)
    }

    private func views(_ writer: Writer) -> Views {
        Views(store: self) { change throws(FlxError) in
            try await writer.perform { log, _ throws(FlxError) in try log.make(change) }
        }
    }
}
