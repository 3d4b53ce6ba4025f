import ArgumentParser
import FlxCore
import FlxSQLite

extension OutputFormat: ExpressibleByArgument {}

/// The options of every command.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The store's file; default: FLX_STORE, else flx.db.", valueName: "path"), transform: Given.text)
    var store: String?

    @Option(name: .shortAndLong, help: "The form of the data; default: a table on a terminal, plain lines in a pipe.")
    var output: OutputFormat?

    @Flag(help: "The same as -o json.")
    var json = false

    @Option(help: ArgumentHelp("The time to wait while another process writes to the store; default: 3.", valueName: "seconds"))
    var lockTimeout: Double?

    var console: Console { .standard }
    var path: String { store ?? Environment["FLX_STORE"] ?? "flx.db" }
    /// True if the user named a store.
    var isStoreNamed: Bool { store != nil || Environment["FLX_STORE"] != nil }
    var format: OutputFormat { json ? .json : output ?? (console.isTerminal ? .table : .plain) }

    func validate() throws {
        guard !json || output == nil || output == .json else { throw ValidationError("--json and -o: give one of them") }
        guard (0...86_400).contains(lockTimeout ?? 0) else { throw ValidationError("--lock-timeout: must be 0 to 86400 seconds") }
    }

    /// Ends the command if `--limit` excludes everything.
    static func check(limit: Int?) throws(Failure) {
        guard limit ?? 1 > 0 else { throw Failure(.usage, "--limit: must be 1 or more") }
    }

    /// Ends the command if a version is impossible for an event.
    static func check(schemaVersion: Int) throws(Failure) {
        guard (1...Int(Int32.max)).contains(schemaVersion) else {
            throw Failure(.usage, "--schema-version: must be 1 to \(Int32.max)")
        }
    }

    /// Says that a listing ended before its end.
    func sayThereAreMore(than count: Int) {
        console.say("\(count) shown, there are more: --limit lets more through")
    }

    /// The access that a command needs.
    enum Access {
        /// To read an existing one.
        case reading
        /// To change an existing one.
        case writing
        /// To change one, and to create it if it is missing.
        case creating
    }

    /// Opens the store, passes it on, and closes it in every case.
    /// - Throws: ``Failure`` for a missing store, and all errors of opening and of the body.
    func withStore<Value>(
        _ access: Access = .reading, at path: String? = nil, _ body: (OperatedStore) async throws -> Value
    ) async throws -> Value {
        let path = path ?? self.path
        guard access == .creating || FolderFacts.exists(path) else {
            throw Failure(.usage, "there is no store \(path): flx append, flx import or a service creates one")
        }
        return try await close(try await open(path, access), after: body)
    }

    /// Opens a store to add events. A missing one is created with the first accepted event.
    func withStoreToFill<Value>(_ body: (any EventStore) async throws -> Value) async throws -> Value {
        if FolderFacts.exists(path) { return try await withStore(.writing) { try await body($0) } }
        let store = NewStore { () async throws(FlxError) in try await open(path, .creating) }
        return try await close(store) { try await body($0) }
    }

    /// Closes a store after the body, whatever happens in it.
    private func close<Store: EventStore, Value>(_ store: Store, after body: (Store) async throws -> Value) async throws -> Value {
        do {
            let value = try await body(store)
            await store.close()
            return value
        } catch {
            await store.close()
            throw error
        }
    }

    private func open(_ path: String, _ access: Access) async throws(FlxError) -> SQLiteEventStore {
        var configuration = SQLiteConfiguration(path: path)
        configuration.access = access == .reading ? .readOnly : .readWrite
        return try await waitingForLock { [configuration] () async throws(FlxError) in try await SQLiteEventStore.open(configuration) }
    }

    /// Repeats a call refused because another process writes, for as long as the options allow.
    func waitingForLock<Value>(_ body: () async throws(FlxError) -> Value) async throws(FlxError) -> Value {
        let end = ContinuousClock.now + .seconds(lockTimeout ?? 3)
        var pause = Duration.milliseconds(10)
        while true {
            do {
                return try await body()
            } catch {
                guard error.code == .locked, ContinuousClock.now < end else { throw error }
            }
            console.status("waiting: another process has the store open for writing")
            defer { console.endStatus() }
            do {
                try await ContinuousClock().sleep(for: pause)
            } catch {
                throw FlxError(.cancelled, "interrupted")
            }
            pause = min(pause * 2, .milliseconds(200))
        }
    }
}

/// A store of any driver, with everything that the commands need.
typealias OperatedStore = any StateStore & VerifiableStore
