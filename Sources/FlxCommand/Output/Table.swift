/// A column of a listing.
struct Column {
    enum Side { case left, right }

    let name: String
    var side = Side.left

    init(_ name: String, _ side: Side = .left) {
        self.name = name
        self.side = side
    }
}

/// Lays out rows in columns with widths from the first rows; later and wider rows extend beyond them.
struct Table {
    private let columns: [Column]
    private let widths: [Int]
    private let limit: Int?

    /// Finds the widths. If the row has a limit, a column of texts takes at most a third of it, and the last column ends with it.
    init(_ columns: [Column], fitting rows: [[String]], limit: Int?) {
        self.columns = columns
        self.limit = limit
        widths = columns.indices.map { column in
            let needed = rows.reduce(TextWidth.of(columns[column].name)) { max($0, TextWidth.of($1[column])) }
            guard let limit, column < columns.count - 1, columns[column].side == .left else { return needed }
            return min(needed, max(TextWidth.of(columns[column].name), limit / 3))
        }
    }

    /// The names of the columns, in capitals.
    var header: String { line(columns.map { $0.name.uppercased() }) }

    /// One row as a line.
    func line(_ cells: [String]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let isLast = index == cells.count - 1
            let isCut = limit != nil && !isLast && columns[index].side == .left
            let cell = isCut ? TextWidth.cut(cell, to: widths[index]) : cell
            let space = String(repeating: " ", count: max(0, widths[index] - TextWidth.of(cell)))
            switch columns[index].side {
            case .left: text += cell + (isLast ? "" : space)
            case .right: text += space + cell
            }
            if !isLast { text += "  " }
        }
        return limit.map { TextWidth.cut(text, to: $0) } ?? text
    }
}

/// The number of terminal cells of a text.
enum TextWidth {
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The fitting part of the text, with an ellipsis if it was cut.
    static func cut(_ text: String, to limit: Int) -> String {
        guard of(text) > limit else { return text }
        var (result, width) = ("", 0)
        for character in text {
            width += of(character)
            guard width < limit else { break }
            result.append(character)
        }
        return result + "…"
    }

    /// By the East Asian width of the first scalar (Unicode Annex 11), in its large blocks.
    private static func of(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }
}
