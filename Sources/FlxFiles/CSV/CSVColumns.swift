import FlxCore

/// The meaning of the columns of a table.
///
/// A column with a name that begins with `/` is a value of the data, by JSON pointer. In a table written by this program, with the column
/// `flxformat`, all others are attributes. In any other table `id`, `type`, `subject` and `time` are these attributes, and all others are
/// fields of the data by their names. An event without an id gets one computed from its record. A cell is JSON if it is valid JSON (`12`,
/// `true`, `null`, `"12"`, `[1]`), else a text; an empty one counts as missing.
struct CSVColumns {
    private enum Column {
        case attribute(String)
        case field([String])
        /// The row numbers, in a column without a name.
        case index
        /// A column without a name, by its number: spreadsheets write such with nothing in them.
        case unnamed(Int)
    }

    private static let foreignAttributes: Set = ["id", "type", "subject", "time"]
    /// The maximum number of steps to the places of all columns together. They are taken again for each row, however short.
    private static let maximumSteps = 2 * CSVSplitter.maximumColumns

    private let columns: [Column]
    /// True if this program wrote the table.
    let isOurs: Bool

    /// True if the first column has no name, like the index in a table from pandas.
    let hasIndex: Bool

    /// Reads the names of the columns.
    /// - Throws: ``FlxError/Code/malformed`` for ambiguous names.
    init(_ names: [String]) throws(FlxError) {
        isOurs = names.contains { $0.utf8.elementsEqual(FlatReading.mark.utf8) }
        hasIndex = names.count > 1 && names.first == "" && !isOurs
        var columns: [Column] = []
        var seen: Set<[UInt8]> = []
        var paths: [[[UInt8]]] = []
        for (index, name) in names.enumerated() {
            if index == 0, hasIndex {
                columns.append(.index)
                continue
            }
            if name.isEmpty, !isOurs {
                columns.append(.unnamed(index + 1))
                continue
            }
            guard !name.isEmpty else { throw FlxError(.malformed, "column \(index + 1) has no name") }
            try Self.check(name, number: index + 1)
            guard seen.insert(Array(name.utf8)).inserted else {
                throw FlxError(.malformed, "two columns have one name: '\(name.prefix(40))'")
            }
            let isAttribute = name.utf8.first != UInt8(ascii: "/") && (isOurs || Self.foreignAttributes.contains(name))
            if isAttribute {
                columns.append(.attribute(name))
            } else {
                let path = name.utf8.first == UInt8(ascii: "/") ? try FlatReading.path(name) : [name]
                columns.append(.field(path))
                paths.append(path.map { Array($0.utf8) })
            }
        }
        let steps = paths.reduce(0) { $0 + $1.count }
        guard steps <= Self.maximumSteps else {
            throw FlxError(
                .limitExceeded, "the columns have pointers of \(steps) steps together: at most \(Self.maximumSteps) are allowed")
        }
        // A row of this program may have a value at a place with fields in another row.
        if !isOurs { try Self.check(paths) }
        self.columns = columns
    }

    /// Refuses a column name longer than the name of a field, since each row would contain it. A pointer has its own bound.
    private static func check(_ name: String, number: Int) throws(FlxError) {
        let (count, most) = (name.utf8.count, JSONLimits.standard.maximumKeyBytes)
        guard count <= most || name.utf8.first == UInt8(ascii: "/") else {
            throw FlxError(.limitExceeded, "the name of column \(number) has \(count) bytes: at most \(most) are allowed")
        }
    }

    /// Refuses two columns for one field, and one for a field of another: a row cannot have both.
    private static func check(_ paths: [[[UInt8]]]) throws(FlxError) {
        let ends = Set(paths)
        let name = { (path: ArraySlice<[UInt8]>) in path.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/").prefix(40) }
        guard ends.count == paths.count else {
            let twice = paths.first { path in paths.count { $0 == path } > 1 } ?? []
            throw FlxError(.malformed, "two columns are the field '\(name(twice[...]))'")
        }
        for path in paths {
            for count in 1..<max(1, path.count) where ends.contains(Array(path.prefix(count))) {
                throw FlxError(
                    .malformed, "the column '\(name(path.prefix(count)))' is a value, and '/\(name(path[...]))' is a field of it")
            }
        }
    }

    /// The text of a record's event.
    func event(_ texts: [String], _ reading: LogReading, number: Int) throws(FlxError) -> (text: [UInt8], isIDDerived: Bool) {
        guard texts.count <= columns.count else {
            throw FlxError(.malformed, "\(texts.count) cells in a table of \(columns.count) columns")
        }
        var flat = FlatReading()
        let isJSON = isDataJSON(texts)
        for (column, text) in zip(columns, texts) where !text.isEmpty {
            switch column {
            case .index: break
            case .unnamed(let number): throw FlxError(.malformed, "column \(number) has no name, and a text in it")
            case .field(let path): try flat.take(path: path, Cell.value(of: text, isTyped: false))
            case .attribute("data") where isJSON: try flat.take("data", .string(text))
            case .attribute(let name):
                let isText = name == "data" || name == "data_base64" || FlatReading.known.contains(name)
                try flat.take(name, isText ? .string(Cell.unquoted(text)) : Cell.value(of: text, isTyped: false))
            }
        }
        guard !isOurs else { return (try flat.cloudEvent(), false) }
        return try flat.foreignEvent(type: "row", reading, at: [number])
    }

    /// Returns true if the data as a whole is JSON, by its media type.
    private func isDataJSON(_ texts: [String]) -> Bool {
        for (column, text) in zip(columns, texts) {
            if case .attribute("datacontenttype") = column, !text.isEmpty { return ContentType(mediaType: text) == .json }
        }
        return true
    }
}
