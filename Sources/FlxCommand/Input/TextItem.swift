/// One JSON text among many: a line, or an element of an array.
struct TextItem: Equatable, Sendable {
    /// The line on which it begins, from 1.
    let line: Int
    /// Its bytes, as they stand; of an item that is too long, the beginning.
    let bytes: [UInt8]
    /// Why it cannot be read, when that is known already.
    var fault: String?
}

/// Cuts a stream of bytes into JSON texts: one a line, or the elements of one array if the first byte that is no white space is `[`.
///
/// It keeps one item in memory at most, and of one that is longer than the limit only the beginning.
struct TextSplitter: LogSplitter {
    /// The longest item: an event of the largest size, with its envelope and its bytes in base64.
    static let maximumBytes = 8 << 20

    private enum Form { case unknown, lines, array(ArrayScanner) }

    private let limit: Int
    private var form = Form.unknown
    private var line = 1
    private var pending: [UInt8] = []
    private var pendingIsLong = false
    private var isFirst = true

    init(limit: Int = maximumBytes) {
        self.limit = limit
    }

    /// Takes a piece of the stream and returns the items that end in it.
    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        var start = 0
        if case .unknown = form {
            if isFirst, piece.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
            isFirst = false
            while start < piece.count, Self.isSpace(piece[start]) {
                if piece[start] == UInt8(ascii: "\n") { line += 1 }
                start += 1
            }
            guard start < piece.count else { return [] }
            if piece[start] == UInt8(ascii: "[") {
                form = .array(ArrayScanner(line: line, limit: limit))
                start += 1
            } else {
                form = .lines
            }
        }
        guard case .array(var scanner) = form else { return takeLines(piece, from: start) }
        // The scanner must not be shared while it changes.
        form = .lines
        defer { form = .array(scanner) }
        return scanner.take(piece[start...])
    }

    /// Ends the stream and returns what was left.
    mutating func finish() -> [TextItem] {
        if case .array(let scanner) = form { return scanner.finish() }
        defer { pending = [] }
        return item(pending[...]).map { [$0] } ?? []
    }

    private mutating func takeLines(_ piece: [UInt8], from start: Int) -> [TextItem] {
        var items: [TextItem] = []
        var rest = piece[start...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if pending.isEmpty {
                if let item = item(rest[..<end]) { items.append(item) }
            } else {
                keep(rest[..<end])
                if let item = item(pending[...]) { items.append(item) }
                pending.removeAll(keepingCapacity: pending.capacity <= 1 << 16)
            }
            pendingIsLong = false
            line += 1
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return items
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        pendingIsLong = pendingIsLong || pending.count + bytes.count > limit
        pending.append(contentsOf: bytes.prefix(limit - min(limit, pending.count)))
    }

    /// The item of a line; nil for a blank one.
    private func item(_ bytes: ArraySlice<UInt8>) -> TextItem? {
        if pendingIsLong || bytes.count > limit {
            return TextItem(line: line, bytes: Array(bytes.prefix(limit)), fault: "longer than \(limit) bytes")
        }
        guard bytes.contains(where: { !Self.isSpace($0) }) else { return nil }
        return TextItem(line: line, bytes: bytes.last == UInt8(ascii: "\r") ? Array(bytes.dropLast()) : Array(bytes))
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
