import FlxCore

/// Cuts a table (RFC 4180) into events: the first record names the columns, each further one is an event.
///
/// A column whose name begins with `/` is a value of the data, by JSON pointer. In a table that has the columns `id`, `source` and `type`,
/// which every export has, all others are attributes. In a table of somebody else, the columns with the names of common attributes are
/// these, and the others are fields of the data by their names; an event without an id gets one that is made of its record, so that
/// importing the table again adds nothing. A cell is JSON where it can be read as such (`12`, `true`, `null`, `"12"`, `[1]`), else a
/// text; an empty one is not there.
struct CSVSplitter: LogSplitter {
    private enum Place { case start, plain, quoted, afterQuote }

    private static let maximumColumns = 10_000

    private var place = Place.start
    private var isFirst = true
    private var line = 1
    private var startLine = 1
    private var cells: [[UInt8]] = []
    private var cell: [UInt8] = []
    private var bytes = 0
    private var fault: String?
    private var lastWasReturn = false
    private var columns: [String]?
    private var isOurs = false
    private var hasFailed = false

    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        var items: [TextItem] = []
        var rest = piece[...]
        if isFirst {
            isFirst = false
            if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        }
        for byte in rest where !hasFailed { take(byte, &items) }
        return items
    }

    mutating func finish() -> [TextItem] {
        guard !hasFailed else { return [] }
        var items: [TextItem] = []
        if place == .quoted { fault = fault ?? "the quotes of a cell do not end; the input was cut off" }
        if !cells.isEmpty || !cell.isEmpty || place != .start { endRecord(&items) }
        return items
    }

    private mutating func take(_ byte: UInt8, _ items: inout [TextItem]) {
        let isLineFeed = byte == UInt8(ascii: "\n")
        if isLineFeed { line += 1 }
        if place == .quoted {
            if byte == UInt8(ascii: "\"") { place = .afterQuote } else { keep(byte) }
            return
        }
        let followsReturn = lastWasReturn
        lastWasReturn = false
        switch byte {
        case UInt8(ascii: ","): endCell()
        case UInt8(ascii: "\r"):
            lastWasReturn = true
        case UInt8(ascii: "\n"): endRecord(&items)
        case UInt8(ascii: "\""):
            switch place {
            case .start: place = .quoted
            case .afterQuote:
                keep(byte)
                place = .quoted
            default: fault = fault ?? "a quote stands inside a cell that does not begin with one"
            }
        default:
            if place == .afterQuote { fault = fault ?? "something follows the closing quote of a cell" }
            if place == .start { place = .plain }
            keep(byte)
        }
        if followsReturn, !isLineFeed { fault = fault ?? "a carriage return stands alone" }
    }

    private mutating func keep(_ byte: UInt8) {
        bytes += 1
        if bytes <= TextSplitter.maximumBytes { return cell.append(byte) }
        fault = fault ?? "longer than \(TextSplitter.maximumBytes) bytes"
    }

    private mutating func endCell() {
        if cells.count < Self.maximumColumns { cells.append(cell) } else { fault = fault ?? "more than \(Self.maximumColumns) cells" }
        cell.removeAll(keepingCapacity: true)
        place = .start
    }

    private mutating func endRecord(_ items: inout [TextItem]) {
        let isBlank = cells.isEmpty && cell.isEmpty && place == .start
        if !isBlank {
            endCell()
            read(&items)
        }
        cells.removeAll(keepingCapacity: true)
        (bytes, fault, place, startLine) = (0, nil, .start, line)
    }

    private mutating func read(_ items: inout [TextItem]) {
        do throws(FlxError) {
            if let fault { throw FlxError(.malformed, fault) }
            var texts: [String] = []
            for cell in cells {
                guard let text = String(validating: cell, as: UTF8.self) else { throw FlxError(.malformed, "a cell is not UTF-8") }
                texts.append(text)
            }
            guard let columns else { return try begin(texts) }
            guard texts.count <= columns.count else {
                throw FlxError(.malformed, "\(texts.count) cells in a table of \(columns.count) columns")
            }
            items.append(TextItem(line: startLine, bytes: try event(texts, columns)))
        } catch {
            let record = Array(cells.joined(separator: [UInt8(ascii: ",")]))
            // Without the names of the columns, no record means anything.
            hasFailed = columns == nil
            items.append(TextItem(line: startLine, bytes: record, fault: error.message))
        }
    }

    private mutating func begin(_ names: [String]) throws(FlxError) {
        for (index, name) in names.enumerated() {
            guard !name.isEmpty else { throw FlxError(.malformed, "column \(index + 1) has no name") }
        }
        guard Set(names.map { ExactText($0) }).count == names.count else { throw FlxError(.malformed, "two columns have one name") }
        isOurs = Set(names).isSuperset(of: ["id", "source", "type"])
        columns = names.map { name in
            let isPointer = name.utf8.first == UInt8(ascii: "/")
            return isPointer || isOurs || FlatReading.known.contains(name) ? name : "/" + JSONPointer.escaped(name)
        }
    }

    private func event(_ texts: [String], _ columns: [String]) throws(FlxError) -> [UInt8] {
        var reading = FlatReading()
        let type = columns.firstIndex(of: "datacontenttype").flatMap { $0 < texts.count && !texts[$0].isEmpty ? texts[$0] : nil }
        let isJSON = type.map { ContentType(mediaType: $0) == .json } ?? true
        for (name, text) in zip(columns, texts) where !text.isEmpty {
            switch name {
            case "data" where isJSON: try reading.take(name, .string(text))
            case "data", "data_base64": try reading.take(name, .string(Cell.unquoted(text)))
            case _ where FlatReading.known.contains(name) && name != "schemaversion": try reading.take(name, .string(Cell.unquoted(text)))
            default: try reading.take(name, Cell.value(of: text, isTyped: false))
            }
        }
        guard !isOurs else { return try reading.cloudEvent() }
        reading.fill("id", .string(EventID(derivedFrom: "\(startLine):\(texts.joined(separator: ","))").description))
        reading.fill("source", "/import")
        reading.fill("type", "row")
        return try reading.cloudEvent()
    }
}
