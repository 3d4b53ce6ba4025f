import FlxCore

/// Cuts a table (RFC 4180) into events: the first record names the columns, each further one is an event; see ``CSVColumns``.
///
/// The delimiter is a comma, or the most frequent delimiter of the first line, or the one in a line `sep=;` before it. A record with empty
/// cells only is no event.
struct CSVSplitter: LogSplitter {
    private enum Place { case start, plain, quoted, afterQuote }

    /// The maximum length of the line with the column names.
    private static let maximumHeader = 1 << 20
    static let maximumColumns = 10_000

    private let reading: LogReading
    /// The bytes read before the delimiter was known.
    private var beginning: [UInt8]?
    /// The number of those bytes already searched for the end of the first record, and true if quotes are open behind them.
    private var looked = (count: 0, isQuoted: false)
    private var delimiter = UInt8(ascii: ",")
    private var place = Place.start
    private var line = 1
    private var startLine = 1
    private var number = 0
    private(set) var cells: [[UInt8]] = []
    private var cell: [UInt8] = []
    private var raw: [UInt8] = []
    private var isLong = false
    private var fault: String?
    private var lastWasReturn = false
    private var columns: CSVColumns?
    private var names: [String] = []
    private var header: [UInt8] = []
    private var hasFailed = false
    private(set) var leftOut = LeftOut()

    init(_ reading: LogReading = LogReading()) {
        self.reading = reading
        if let given = reading.delimiter { delimiter = given.byte }
        beginning = []
    }

    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        guard !hasFailed else { return [] }
        guard var start = beginning else { return takeAll(piece[...]) }
        beginning = nil
        start += piece
        let end = headerEnd(of: start)
        guard start.count > Self.maximumHeader || end != nil else {
            beginning = start
            return []
        }
        return begin(start, end)
    }

    mutating func finish() -> [TextItem] {
        guard !hasFailed else { return [] }
        var items: [TextItem] = []
        if let start = beginning {
            beginning = nil
            items = begin(start, headerEnd(of: start))
        }
        if place == .quoted { fault = fault ?? "the quotes of a cell do not end; the input was cut off" }
        if !cells.isEmpty || !cell.isEmpty || place != .start {
            // Each record from this program has a line end: without it, a part of the last cell may be missing.
            if columns?.isOurs == true { fault = fault ?? "the last record has no line end; the table was cut off" }
            endRecord(&items)
        }
        return items
    }

    /// The end of the first record; each byte is looked at once, however small the pieces are.
    private mutating func headerEnd(of bytes: [UInt8]) -> Int? {
        while looked.count < bytes.count {
            let byte = bytes[looked.count]
            if byte == UInt8(ascii: "\"") { looked.isQuoted.toggle() }
            if byte == UInt8(ascii: "\n"), !looked.isQuoted { return looked.count }
            looked.count += 1
        }
        return nil
    }

    private mutating func begin(_ start: [UInt8], _ headerEnd: Int?) -> [TextItem] {
        let bytes = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
        let end = headerEnd ?? bytes.endIndex
        if let told = CSVDelimiter(told: bytes[..<end]) {
            delimiter = reading.delimiter?.byte ?? told.byte
            (line, startLine) = (2, 2)
            return takeAll(bytes[min(end + 1, bytes.endIndex)...])
        }
        if reading.delimiter == nil { delimiter = CSVDelimiter(in: bytes[..<end]).byte }
        return takeAll(bytes)
    }

    private mutating func takeAll(_ bytes: ArraySlice<UInt8>) -> [TextItem] {
        var items: [TextItem] = []
        for byte in bytes where !hasFailed { take(byte, &items) }
        return items
    }

    private mutating func take(_ byte: UInt8, _ items: inout [TextItem]) {
        let isLineFeed = byte == UInt8(ascii: "\n")
        if isLineFeed { line += 1 }
        if raw.count < TextSplitter.maximumBytes { raw.append(byte) } else { isLong = true }
        if place == .quoted {
            if byte == UInt8(ascii: "\"") { place = .afterQuote } else { keep(byte) }
            return
        }
        let followsReturn = lastWasReturn
        lastWasReturn = false
        switch byte {
        case delimiter: endCell()
        case UInt8(ascii: "\r"):
            lastWasReturn = true
        case UInt8(ascii: "\n"): endRecord(&items)
        case UInt8(ascii: "\""):
            switch place {
            case .start: place = .quoted
            case .afterQuote:
                keep(byte)
                place = .quoted
            default: fault = fault ?? "a quote is inside a cell that does not begin with one"
            }
        default:
            if place == .afterQuote { fault = fault ?? "something follows the closing quote of a cell" }
            if place == .start { place = .plain }
            keep(byte)
        }
        if followsReturn, !isLineFeed { fault = fault ?? "a carriage return is alone" }
    }

    private mutating func keep(_ byte: UInt8) {
        if !isLong { cell.append(byte) }
    }

    private mutating func endCell() {
        if cells.count < Self.maximumColumns { cells.append(cell) } else { fault = fault ?? "more than \(Self.maximumColumns) cells" }
        cell = []
        place = .start
    }

    private mutating func endRecord(_ items: inout [TextItem]) {
        if raw.last == UInt8(ascii: "\n") { raw.removeLast() }
        if raw.last == UInt8(ascii: "\r") { raw.removeLast() }
        let isEmptyLine = cells.isEmpty && cell.isEmpty && place == .start
        if !isEmptyLine {
            endCell()
            let hasText = cells.contains { $0.contains { !TextSplitter.isSpace($0) } }
            if hasText || isLong || fault != nil { read(&items) } else { leftOut.add("rows without a text") }
        }
        cells.removeAll(keepingCapacity: true)
        raw.removeAll(keepingCapacity: raw.capacity <= 1 << 16)
        (isLong, fault, place, startLine) = (false, nil, .start, line)
    }

    /// The record of the names, after the line with the delimiter if the names do not show it.
    private var head: [UInt8] {
        CSVDelimiter(in: raw[...]).byte == delimiter ? raw : Array("sep=".utf8) + [delimiter, UInt8(ascii: "\n")] + raw
    }

    private mutating func read(_ items: inout [TextItem]) {
        number += 1
        do throws(FlxError) {
            if isLong { throw FlxError(.limitExceeded, "longer than \(TextSplitter.maximumBytes) bytes") }
            if let fault { throw FlxError(.malformed, fault) }
            var texts: [String] = []
            for cell in cells {
                guard let text = String(validating: cell, as: UTF8.self) else { throw FlxError(.malformed, "a cell is not UTF-8") }
                texts.append(text)
            }
            guard let columns else {
                header = head + [UInt8(ascii: "\n")]
                let columns = try CSVColumns(texts)
                if columns.hasIndex { leftOut.add("columns without a name") }
                (self.columns, names) = (columns, texts)
                return
            }
            // Joined tables of one kind contain their names repeatedly.
            if texts.count > 1, texts.elementsEqual(names, by: ExactText.same) {
                leftOut.add("further rows of the names of columns")
                return
            }
            let (text, isDerived) = try columns.event(texts, reading, number: number - 1)
            items.append(TextItem(line: startLine, bytes: text, original: raw, head: header, isIDDerived: isDerived))
        } catch {
            // Without the names of the columns, no record means anything.
            hasFailed = columns == nil
            items.append(
                TextItem(
                    line: startLine, bytes: [], fault: error.message, original: raw, head: header, isCut: isLong, endsLog: hasFailed))
        }
    }
}
