import FlxCore

/// The form for showing data.
enum OutputFormat: String, CaseIterable {
    /// Columns with a head, for people.
    case table
    /// One line a row, its fields parted by tabs, without a head.
    case plain
    /// One JSON document: an array of rows, or one object.
    case json
    /// One JSON object a line.
    case jsonl

    var isJSON: Bool { self == .json || self == .jsonl }
}

/// Many rows in any of the formats, written one after the other.
struct Listing {
    /// The number of rows for finding the widths of columns.
    private static let sample = 100

    private let columns: [Column]
    private let format: OutputFormat
    private let console: Console
    private var waiting: [[String]] = []
    private var table: Table?
    /// The number of rows added.
    private(set) var count = 0

    init(_ columns: [Column], as format: OutputFormat, to console: Console) {
        self.columns = columns
        self.format = format
        self.console = console
    }

    /// Adds a row: the texts of its cells, or its JSON, whichever the format asks for.
    mutating func add(_ cells: @autoclosure () throws -> [String], json: @autoclosure () throws -> [UInt8]) throws {
        defer { count += 1 }
        switch format {
        case .plain: try console.line(try cells().map { Escape.visible($0) }.joined(separator: "\t"))
        case .jsonl: try put(try json(), before: "", after: "\n")
        case .json: try put(try json(), before: count == 0 ? "[\n" : ",\n", after: "")
        case .table:
            let row = try cells().map { Escape.visible($0) }
            if let table { return try console.line(table.line(row)) }
            waiting.append(row)
            if waiting.count == Self.sample { try layOut() }
        }
    }

    /// Adds a row with its JSON as a value.
    mutating func add(_ cells: @autoclosure () throws -> [String], json: @autoclosure () throws -> EventValue) throws {
        try add(try cells(), json: try json().document())
    }

    /// Shows the added rows at once; a live listing does so after each page.
    mutating func flush() throws {
        if format == .table, table == nil, !waiting.isEmpty { try layOut() }
        try console.flush()
    }

    /// Writes the rest.
    mutating func finish() throws {
        try console.end {
            if format == .table, table == nil { try layOut() }
            if format == .json { try console.line(count == 0 ? "[]" : "\n]") }
        }
    }

    private mutating func layOut() throws {
        let table = Table(columns, fitting: waiting, limit: console.width)
        try console.line(Style.bold.of(table.header, on: console))
        for row in waiting { try console.line(table.line(row)) }
        waiting = []
        self.table = table
    }

    private func put(_ json: [UInt8], before: String, after: String) throws {
        try console.write(before.utf8)
        try console.write(console.isTerminal ? Escape.json(json) : json)
        try console.write(after.utf8)
    }
}

/// The styles of texts, for terminals with colours.
enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case cyan = "36"

    func of(_ text: String, on console: Console) -> String {
        console.usesColour ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
