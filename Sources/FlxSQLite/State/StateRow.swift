import FlxCore

/// A row of `state_records`. Nothing in it is believed before it was compared with its checksum.
struct StateRow {
    /// The columns that a statement must select, in this order, and the body behind them.
    static let columns = "name, number, revision, checksum, entries"
    /// The number of columns, with the body.
    static let count: Int32 = 6
    /// The revisions that a store gives.
    static let revisions = 1...Int64.greatest

    static let damage = FlxError(.corrupt, "a record beside the log is damaged: flx verify names it, and flx repair takes it away")

    private let row: Statement
    private let space: Int64

    /// The columns of a table of that name, for a query.
    static func columns(of table: String, _ query: StateQuery) -> String {
        "\(table).name, \(table).number, \(table).revision, \(table).checksum, \(table).entries, "
            + (query.omitsBodies ? "NULL" : "\(table).body")
    }

    init(_ row: Statement, _ space: Int64) {
        self.row = row
        self.space = space
    }

    /// The record.
    /// - Parameter omitsBody: True if the body was not selected. Then the checksum cannot be compared.
    /// - Throws: ``FlxError/Code/corrupt`` if it is not as it was written.
    func record(in space: StateSpace, omitsBody: Bool = false) throws(FlxError) -> StateRecord {
        guard let name = row.text(0), let number = row.integer(1, in: .min ... .max), let revision = row.integer(2, in: Self.revisions),
            let checksum = row.integer(3, in: .min ... .max)
        else { throw Self.damage }
        let (coded, body) = (row.bytes(4), row.bytes(5))
        if !omitsBody {
            let sum = Checksum(self.space, name, number: number, revision: revision, entries: coded, body: body)
            guard sum.value == checksum else { throw Self.damage }
        }
        let key = StateKey(name, in: space)
        guard (try? key.check()) != nil else { throw Self.damage }
        return StateRecord(
            key, number: number, body: Array(body), entries: try EntryCoding.entries(coded), revision: revision)
    }
}

extension Checksum {
    /// Creates the sum over a record beside the log.
    init(
        _ space: Int64, _ name: String, number: Int64, revision: Int64, entries: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
    ) {
        self.init()
        mix(space)
        mix(Checksum.of(name))
        mix(number)
        mix(revision)
        mix(entries)
        mix(body)
    }
}

extension Statement {
    /// Returns the value of an index; nil if no store has written it.
    func value(_ column: Int32) -> StateEntry.Value? {
        integer(column, in: .min ... .max).map { .number($0) } ?? text(column).map { .text($0) }
    }
}
