import ArgumentParser
import FlxCore
import FlxSQLite

extension OutputFormat: ExpressibleByArgument {}

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The store's file; without it FLX_STORE, else flx.db.", valueName: "path"))
    var store: String?

    @Option(name: .shortAndLong, help: "How data is shown; a table on a terminal, plain lines in a pipe.")
    var output: OutputFormat?

    @Flag(help: "The same as -o json.")
    var json = false

    var console: Console { .standard }
    var path: String { store ?? Environment["FLX_STORE"] ?? "flx.db" }
    /// Whether somebody said which store is meant.
    var isStoreNamed: Bool { store != nil || Environment["FLX_STORE"] != nil }
    var format: OutputFormat { json ? .json : output ?? (console.isTerminal ? .table : .plain) }

    /// Opens the store, hands it out, and closes it whatever happens.
    /// - Parameter writing: Whether to write, and to make the store where there is none; otherwise it is only read.
    func withStore<Value>(
        writing: Bool = false, at path: String? = nil, _ body: (OperatedStore) async throws -> Value
    ) async throws -> Value {
        var configuration = SQLiteConfiguration(path: path ?? self.path)
        configuration.access = writing ? .readWrite : .readOnly
        let store = try await SQLiteEventStore.open(configuration)
        do {
            let value = try await body(store)
            await store.close()
            return value
        } catch {
            await store.close()
            throw error
        }
    }
}

/// What the commands need of a store, whichever driver it is.
typealias OperatedStore = any EventStore & CheckpointStore & EventLookup & StreamDirectory & StoreStatistics & VerifiableStore
    & TransactionalProjectionStore & SnapshotStore
