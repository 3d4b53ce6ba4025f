public import FlxCore
public import GRDB

extension SQLiteEventStore {
    /// A view of tables in this store, for a runner.
    /// - Parameter store: What its events are read from where that is not the store itself, but what upcasts them around it, and checks
    ///   what the view appends.
    /// - Throws: ``FlxCore/FlxError/Code/invalidValue`` for a name that no table of a view may have.
    public func tables<V: SQLView>(
        _ view: V, through store: (any StateStore)? = nil
    ) throws(FlxError) -> some StoredView {
        var names: Set<ExactText> = []
        for name in V.tables {
            guard ViewTables.isAllowed(name), !ViewTables.isBuilding(name.lowercased()) else {
                throw FlxError(.invalidValue, "view '\(V.name)': '\(name)' cannot be the name of a table; take letters, digits and _")
            }
            guard names.insert(ExactText(name.lowercased())).inserted else {
                throw FlxError(.invalidValue, "view '\(V.name)': the table '\(name)' is named twice")
            }
        }
        return StoredTables(view, in: self, through: store ?? self)
    }

    /// Reads tables of views, as of one moment, on a connection that cannot write. The transaction is the store's: the body may neither
    /// end it nor attach other files.
    /// - Throws: What the body throws; ``FlxCore/FlxError/Code/closed``.
    public func query<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await readers.read { reader throws(FlxError) in
            try reader.withTransaction { reader throws(FlxError) in
                // A switch may have renamed tables behind the back of this connection.
                reader.handle.database.clearSchemaCache()
                return Result { try reader.handle.sandbox.run { try body(reader.handle.database) } }
            }
        }.get()
    }
}

/// A ``SQLView`` in its store.
struct StoredTables<V: SQLView>: StoredView {
    private let view: V
    private let sqlite: SQLiteEventStore
    let store: any StateStore

    init(_ view: V, in sqlite: SQLiteEventStore, through store: any StateStore) {
        (self.view, self.sqlite, self.store) = (view, sqlite, store)
    }

    var name: String { V.name }
    var version: Int { V.version }
    var selection: Selection { V.selection }

    func begin() async throws(FlxError) -> ViewGeneration {
        guard let writer = sqlite.writer else { throw sqlite.readOnly }
        let name = try NameRule.checked(V.name, field: "view")
        return try await writer.perform { [view] log, time throws(FlxError) in
            try log.begin(name, version: V.version, tables: V.tables, at: time) { head, log throws(FlxError) in
                let tables = try ViewTables(head)
                if let table = try log.handle.tables(tables).first {
                    throw FlxError(
                        .invalidValue,
                        "view '\(V.name)': there is a table '\(table)' already, of no view; drop it if a damaged view left it")
                }
                do {
                    // GRDB and what it keeps prepared know the tables from before.
                    defer { log.handle.database.clearSchemaCache() }
                    try log.handle.sandbox.run { try view.create(SQLTables(log.handle.database, tables)) }
                } catch {
                    throw log.failure(error, "view '\(V.name)': its tables cannot be made")
                }
                guard log.handle.isInTransaction else {
                    throw FlxError(.handlerFailed, "view '\(V.name)': its tables cannot be made: \(LostTransaction())").from(.user)
                }
                try log.check(tables, of: V.name)
            }
        }
    }

    func project(
        _ events: [RecordedEvent], to generation: ViewGeneration, through: Position
    ) async throws(FlxError) -> ViewGeneration {
        let step = ViewStep(of: generation.id, after: generation.checkpoint, through: through)
        do throws(FlxError) {
            return generation.advanced(through: through, handled: try await commit(events, step))
        } catch {
            guard let poisoned = error.cause as? PoisonedEvent else {
                // The events for the log may be too many for one append, or one of them may be refused.
                return try await projectHalves(of: events, to: generation, through: through, after: error)
            }
            // Those before the event that cannot be applied come first, but for those that are parts of it. One of them may be refused.
            let before = events.prefix { $0.position < events[poisoned.index].position }
            guard let last = before.last else { throw error }
            _ = try await project(Array(before), to: generation, through: last.position)
            throw error
        }
    }

    func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest {
        do {
            return try await sqlite.query { database in
                var digest = ViewDigest()
                for (number, table) in V.tables.enumerated() {
                    let name = generation.role == .current ? table : ViewTables.name(of: table, in: generation.id)
                    // Another version of the view may have other tables.
                    guard try database.tableExists(name) else { continue }
                    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM \"\(name)\"")
                    while let row = try rows.next() { digest.add(rowHash: row.hash(inTable: number)) }
                }
                return digest
            }
        } catch {
            throw error as? FlxError ?? FlxError(.io, "view '\(V.name)': its tables cannot be read", cause: error)
        }
    }

    /// - Returns: How many events were handled.
    private func commit(_ events: [RecordedEvent], _ step: ViewStep) async throws(FlxError) -> Int64 {
        guard let writer = sqlite.writer else { throw sqlite.readOnly }
        let check = store as? any AppendChecking
        return try await writer.perform { [view, limits = sqlite.configuration.limits] log, time throws(FlxError) in
            try log.make(step, within: limits, at: time) { head, log throws(FlxError) in
                var (tables, handled) = (SQLTables(log.handle.database, try ViewTables(head)), Int64(0))
                for (index, recorded) in events.enumerated() {
                    do {
                        if try log.handle.sandbox.run({ try view.apply(recorded, to: &tables) }) { handled += 1 }
                        guard log.handle.isInTransaction else { throw LostTransaction() }
                    } catch {
                        let failure = FlxError.cannotApply(error, of: V.name, at: recorded)
                        let fault = log.failure(
                            error, failure.message, code: failure.code, cause: PoisonedEvent(index: index, error: error))
                        throw fault.origin == .user ? fault.from(.user, at: recorded.position) : fault
                    }
                }
                if head.generation.role == .current { try check?.checked(tables.events) }
                return (handled, tables.events)
            }
        }
    }
}

/// The error for a view whose SQL rolled the transaction back.
private struct LostTransaction: Error, CustomStringConvertible {
    var description: String { "its SQL rolled the transaction back, which is the store's" }
}

/// Which event of a page could not be applied, and why.
private struct PoisonedEvent: Error, CustomStringConvertible {
    let index: Int
    let error: any Error

    var description: String { "\(error)" }
}

extension Log {
    /// An error of a user's code, as ours. A failure of the medium is named as such, since it is no fault of the event.
    fileprivate func failure(
        _ error: any Error, _ message: String, code: FlxError.Code = .handlerFailed, cause: (any Error)? = nil
    ) -> FlxError {
        if let error = error as? DatabaseError, [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOMEM].contains(error.resultCode) {
            return handle.fault(error.extendedResultCode.rawValue)
        }
        let refusals: [ResultCode] = [.SQLITE_AUTH, .SQLITE_CONSTRAINT_COMMITHOOK]
        guard let result = (error as? DatabaseError)?.extendedResultCode, refusals.contains(result), let refusal = handle.sandbox.refusal
        else { return FlxError(code, message, cause: cause ?? error).from(.user) }
        return FlxError(code, "\(message); refused within a view: \(refusal)", cause: cause ?? error).from(.user)
    }

    /// Checks that a view made the tables that it names.
    fileprivate func check(_ tables: ViewTables, of view: String) throws(FlxError) {
        let found = try handle.tables(tables)
        for table in tables.names where !found.contains(tables.current(table)) {
            throw FlxError(
                .invalidValue,
                "view '\(view)': it makes no table '\(table)'; name it tables[\"\(table)\"] in create, or leave it out of tables")
        }
    }
}

extension Row {
    /// A hash over the columns and values of a row.
    fileprivate func hash(inTable number: Int) -> UInt64 {
        var hash = ByteHash()
        hash.mix(Int64(number))
        for (column, value) in self {
            hash.mix(column.utf8)
            switch value.storage {
            case .null: hash.mix(0)
            case .int64(let number): hash.mix(1); hash.mix(number)
            case .double(let number): hash.mix(2); hash.mix(Int64(bitPattern: number.bitPattern))
            case .string(let text): hash.mix(3); hash.mix(text.utf8)
            case .blob(let bytes): hash.mix(4); hash.mix(bytes)
            }
        }
        return hash.value
    }
}
