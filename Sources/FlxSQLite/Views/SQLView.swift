public import FlxCore
public import GRDB

/// A read model in tables of the user's own, in the file of the store: each event changes it exactly once.
///
/// ```swift
/// struct OrderRows: SQLView {
///     static let name = "order-rows"
///     static let tables = ["orders"]
///
///     func create(_ tables: SQLTables) throws {
///         try tables.execute("CREATE TABLE \(tables["orders"])(id TEXT PRIMARY KEY, total INTEGER NOT NULL) WITHOUT ROWID")
///     }
///
///     func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool {
///         guard recorded.event.type == "order.placed" else { return false }
///         …
///         try tables.execute("INSERT INTO \(tables["orders"]) VALUES(?, ?)", [id, total])
///         return true
///     }
/// }
/// ```
///
/// A subscription feeds it: `Subscription(view: store.tables(OrderRows()))`. Programs read the tables under the names in ``tables``, by
/// ``SQLiteEventStore/query(_:)`` or by any other SQLite; while a view is rebuilt its new tables have other names, and the switch
/// renames them. Views of SQL that other programs make over the tables stay; triggers and indexes on a table go with it. The switch
/// drops the former tables in its transaction, and SQLite looks at every page of them: all appends wait until then, the longer the
/// larger the tables are.
///
/// The code of a view runs in a transaction of the store, which others share. It may not end the transaction, open savepoints, attach
/// files, set pragmas or change the store's own tables: that is refused. It may be called again for the same event, when the transaction
/// is lost.
public protocol SQLView: Sendable {
    /// The name of the view, 1 to 256 printable bytes; it never changes.
    static var name: String { get }
    /// The version of the fold, from 1: a greater one is built from the first event, beside the one before.
    static var version: Int { get }
    /// The events that the view is made of; all when it does not say.
    static var selection: Selection { get }
    /// The names of its tables: letters, digits and underscores, and none of the store's own.
    static var tables: [String] { get }

    /// Makes the tables and what finds rows in them. Indexes have names of their own: take `tables["orders"] + "_by_customer"`.
    func create(_ tables: SQLTables) throws

    /// Takes one event and says whether it is one that the view handles. It changes its own tables and nothing else.
    ///
    /// Events come in the order of their positions, a page of them in one transaction that is not the view's to end. An error undoes
    /// the event and stops the run before it.
    func apply(_ recorded: RecordedEvent, to tables: inout SQLTables) throws -> Bool
}

extension SQLView {
    /// The first version.
    public static var version: Int { 1 }
    /// Every event.
    public static var selection: Selection { .all }
}

/// The tables of a view within a transaction of its store.
public struct SQLTables {
    /// The connection; for all that ``execute(_:_:)`` does not do.
    public let database: Database
    /// The events to append with the step.
    private(set) var events: [StreamWrite] = []
    private let names: [ExactText: String]

    init(_ database: Database, _ tables: ViewTables) {
        self.database = database
        names = Dictionary(tables.names.map { (ExactText($0), tables.current($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The name that a table has now; it differs while the view is rebuilt.
    public subscript(table: String) -> String { names[table] ?? table }

    /// Runs a statement, which is kept prepared.
    public func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Appends events to a stream in the transaction of the view: they are recorded exactly once.
    ///
    /// While a view is rebuilt nothing is appended; the former build appends for all events up to the switch, the new one for all after.
    public mutating func append(_ events: [Event], to stream: StreamName) {
        self.events.append(StreamWrite(events, to: stream))
    }
}
