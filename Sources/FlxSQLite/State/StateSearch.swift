import FlxCore

/// A search over the tables of records: its statement, with what is bound to it.
struct StateSearch {
    private enum Bound {
        case number(Int64)
        case text([UInt8])

        init(_ value: StateEntry.Value) {
            switch value {
            case .number(let number): self = .number(number)
            case .text(let text): self = .text(Array(text.utf8))
            }
        }
    }

    private var sql: String
    private var bound: [Bound]

    /// Begins a search in a space, which is the first parameter.
    init(_ sql: String, _ space: Int64) {
        self.sql = sql
        bound = [.number(space)]
    }

    /// Adds a comparison with a value.
    mutating func require(_ comparison: String, _ value: StateEntry.Value) {
        add(comparison, [Bound(value)])
    }

    /// Adds a comparison with a text of any bytes.
    mutating func require(_ comparison: String, bytes: [UInt8]) {
        add(comparison, [.text(bytes)])
    }

    /// Adds a comparison of two columns with a value and a name.
    mutating func require(_ sign: String, of columns: String, _ value: StateEntry.Value, _ name: String) {
        add("\(columns) \(sign)", [Bound(value), .text(Array(name.utf8))])
    }

    private mutating func add(_ comparison: String, _ values: [Bound]) {
        let places = values.indices.map { "?\(bound.count + $0 + 1)" }.joined(separator: ", ")
        sql += " AND \(comparison) \(values.count == 1 ? places : "(\(places))")"
        bound += values
    }

    /// Sets the order.
    mutating func order(_ columns: String..., isReversed: Bool) {
        sql += " ORDER BY " + columns.map { isReversed ? "\($0) DESC" : $0 }.joined(separator: ", ")
    }

    /// Passes rows to a body until it asks for no more.
    func run(_ handle: Handle, _ body: (Statement) throws(FlxError) -> Bool) throws(FlxError) {
        let statement = try Statement(handle, sql)
        try run(statement, from: 0, body)
    }

    /// Binds one value after the other, each for as long as the rows are read.
    private func run(_ statement: Statement, from index: Int, _ body: (Statement) throws(FlxError) -> Bool) throws(FlxError) {
        guard index < bound.count else {
            while try statement.step() {
                guard try body(statement) else { break }
            }
            return statement.reset()
        }
        switch bound[index] {
        case .number(let number):
            statement.bind(number, at: Int32(index) + 1)
            try run(statement, from: index + 1, body)
        case .text(let text):
            try text.withBytes { bytes throws(FlxError) in
                statement.bind(text: bytes, at: Int32(index) + 1)
                try run(statement, from: index + 1, body)
            }
        }
    }
}
