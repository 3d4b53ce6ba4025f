import FlxCore

/// The names of one kind and their numbers, for the writer. Reads each name once, adds new ones, and caches a bounded
/// number.
struct NameTable<Name: Hashable & CustomStringConvertible> {
    /// The cached data of a name.
    struct Entry {
        let id: Int64
        /// The version of a stream; 0 for other names.
        var version: Int64 = 0
    }

    private let find: Statement
    private let insert: Statement
    private let newest: Statement
    private let capacity: Int
    private var entries: [Name: Entry] = [:]
    private var lastID: Int64?

    init(_ handle: Handle, table: String, capacity: Int) throws(FlxError) {
        find = try Statement(handle, "SELECT id FROM \(table) WHERE name = ?1")
        insert = try Statement(handle, "INSERT INTO \(table)(id, name) VALUES(?1, ?2)")
        newest = try Statement(handle, "SELECT max(id) FROM \(table)")
        self.capacity = capacity
    }

    /// Returns the entry of a name; nil if the name is not in the store.
    /// - Parameter load: Completes the entry of a name found in the table.
    mutating func entry(_ name: Name, load: (inout Entry) throws(FlxError) -> Void = { _ in }) throws(FlxError) -> Entry? {
        if let entry = entries[name] { return entry }
        guard let id = try find.number(named: name) else { return nil }
        var entry = Entry(id: id)
        try load(&entry)
        remember(name, entry)
        return entry
    }

    /// Returns the entry of a name. Adds the name if it is not in the store.
    mutating func entryOrNew(_ name: Name, load: (inout Entry) throws(FlxError) -> Void = { _ in }) throws(FlxError) -> Entry {
        if let entry = try entry(name, load: load) { return entry }
        let id = try nextID()
        try insert.run(id: id, name: name)
        lastID = id
        let entry = Entry(id: id)
        remember(name, entry)
        return entry
    }

    /// Caches an entry, in place of an earlier one.
    mutating func remember(_ name: Name, _ entry: Entry) {
        if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
        entries[name] = entry
    }

    /// Clears the cache, since added names may have been rolled back.
    mutating func forget() {
        entries.removeAll(keepingCapacity: true)
        lastID = nil
    }

    private func nextID() throws(FlxError) -> Int64 {
        if let lastID { return try lastID.next("the number of a name") }
        defer { newest.reset() }
        return try newest.step() ? try newest.number(0).next("the number of a name") : 1
    }
}

extension Statement {
    /// Returns the number in the first row for a name as the first parameter; nil if there is no row.
    func number(named name: some CustomStringConvertible) throws(FlxError) -> Int64? {
        try withText(name.description, at: 1) { () throws(FlxError) in try step() ? number(0) : nil }
    }

    /// Inserts a name with its number.
    func run(id: Int64, name: some CustomStringConvertible) throws(FlxError) {
        bind(id, at: 1)
        try withText(name.description, at: 2) { () throws(FlxError) in _ = try step() }
    }

    /// Binds a text while the body runs, then resets the statement.
    func withText<Result>(_ text: String, at index: Int32, _ body: () throws(FlxError) -> Result) throws(FlxError) -> Result {
        defer { reset() }
        return try text.withBytes { bytes throws(FlxError) in
            bind(text: bytes, at: index)
            return try body()
        }
    }

    /// Binds an id, as a blob of 16 bytes or as a text, while the body runs, then resets the statement.
    func withID<Result>(_ id: EventID, at index: Int32, _ body: () throws(FlxError) -> Result) throws(FlxError) -> Result {
        switch id.form {
        case .text(let text): return try withText(text, at: index, body)
        case .uuid(let bits):
            defer { reset() }
            return try withUnsafeBytes(of: bits.bigEndian) { bytes throws(FlxError) in
                bind(blob: bytes, at: index)
                return try body()
            }
        }
    }
}
