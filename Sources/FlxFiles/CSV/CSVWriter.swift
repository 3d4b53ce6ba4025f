import FlxCore

/// Writes a table (RFC 4180), with a column for each attribute of any event and for each value of the data; see ``CSVSplitter``.
struct CSVWriter: LogWriter {
    static let hasSurvey = true

    /// The maximum number of columns; values of further ones are in the column `data`.
    private static let maximumColumns = 1000

    private static let firstColumns = [FlatReading.mark, "id", "source", "type", "subject", "time"]

    private var attributes = Self.firstColumns
    private var seen = Set(Self.firstColumns)
    private var fields: [String] = []
    private var places: [ExactText: Int] = [:]
    private var wholes: Set<String> = []

    mutating func survey(_ event: Event) throws(FlxError) {
        let flat = try FlatEvent(event)
        for attribute in flat.attributes where seen.insert(attribute.name).inserted { attributes.append(attribute.name) }
        try Self.check(columns: attributes.count)
        for field in flat.fields where places[ExactText(field.name)] == nil && fields.count < Self.maximumColumns {
            places[ExactText(field.name)] = fields.count
            fields.append(field.name)
        }
        if let whole = flat.whole(besides: told(flat).map(\.field)) { wholes.insert(whole.name) }
    }

    func begin() throws(FlxError) -> [UInt8] {
        let columns = attributes + fields + wholes.sorted()
        let record = Self.record(columns)
        try Self.check(columns: columns.count, bytes: record.count)
        return record
    }

    private static func check(columns: Int, bytes: Int = 0) throws(FlxError) {
        guard columns <= CSVSplitter.maximumColumns, bytes <= TextSplitter.maximumBytes else {
            throw FlxError(
                .limitExceeded, "a table of \(columns) columns would be too wide to be read again; export the events as jsonl")
        }
    }

    func write(_ recorded: RecordedEvent) throws(FlxError) -> [UInt8] {
        let event = recorded.event
        let flat = try FlatEvent(event)
        var values: [ExactText: String] = [:]
        values[ExactText(FlatReading.mark)] = FlatReading.version
        values["id"] = Cell.quoted(event.id.description)
        values["type"] = Cell.quoted(event.type.description)
        values["subject"] = event.stream.map { Cell.quoted($0.description) }
        values["time"] = event.time?.description
        for attribute in flat.attributes {
            let text = FlatReading.known.contains(attribute.name) ? attribute.value.string : nil
            values[attribute.name] = text.map(Cell.quoted) ?? Self.cell(attribute.value)
        }
        var cells = attributes.map { values[$0] ?? "" }
        let start = cells.count
        cells += Array(repeating: "", count: fields.count)
        let told = told(flat)
        for (place, field) in told { cells[start + place] = Self.cell(field.value) }
        let whole = flat.whole(besides: told.map(\.field))
        let text = whole?.value.string.map { event.payload.form == .json ? $0 : Cell.quoted($0) }
        for name in wholes.sorted() { cells.append(name == whole?.name ? text ?? "" : "") }
        return Self.record(cells)
    }

    /// The values with a column, in the order of the columns.
    private func told(_ flat: FlatEvent) -> [(place: Int, field: FlatEvent.Field)] {
        var told: [(place: Int, field: FlatEvent.Field)] = []
        for field in flat.fields { if let place = places[ExactText(field.name)] { told.append((place, field)) } }
        return told.sorted { $0.place < $1.place }
    }

    /// An empty text has quotes of JSON, since an empty cell is not there.
    private static func cell(_ value: EventValue) -> String {
        value == "" ? "\"\"" : Cell.text(of: value, isTyped: false)
    }

    private static func record(_ cells: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let needsQuotes = cell.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
            guard needsQuotes else {
                bytes += cell.utf8
                continue
            }
            bytes.append(UInt8(ascii: "\""))
            for byte in cell.utf8 { bytes += byte == UInt8(ascii: "\"") ? [byte, byte] : [byte] }
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes + Array("\r\n".utf8)
    }
}
