/// Cuts a stream of bytes into JSON texts. Normally there is one text a line. If the first byte other than white space is `[`, they are the
/// elements of one array. If the first line is a single `{`, they are objects of many lines.
///
/// It keeps at most one item in memory, and only the beginning of one beyond the limit. A byte order mark is skipped at the beginning of
/// each line: joined files have it there.
package struct TextSplitter: LogSplitter {
    /// The longest item: an event of the largest size, with its envelope and its bytes in base64.
    package static let maximumBytes = 8 << 20

    private enum Form { case unknown, lines, values(ValueScanner) }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let limit: Int
    private var form = Form.unknown
    private var line = 1
    private var pending: [UInt8] = []
    private var pendingIsLong = false

    init(limit: Int = maximumBytes) {
        self.limit = limit
    }

    /// Takes a piece of the stream and returns the items that end in it.
    mutating func take(_ piece: [UInt8]) -> [TextItem] {
        guard case .unknown = form else { return takeKnown(piece[...]) }
        pending += piece
        guard let start = decide(isLast: false) else { return [] }
        return takeBeginning(from: start)
    }

    /// Ends the stream and returns the remaining items.
    mutating func finish() -> [TextItem] {
        var items: [TextItem] = []
        if case .unknown = form, let start = decide(isLast: true) { items = takeBeginning(from: start) }
        if case .values(let scanner) = form { return items + scanner.finish() }
        defer { pending = [] }
        return items + (item(pending[...]).map { [$0] } ?? [])
    }

    private mutating func takeBeginning(from start: Int) -> [TextItem] {
        let beginning = pending
        pending = []
        return takeKnown(beginning[start...])
    }

    private mutating func takeKnown(_ piece: ArraySlice<UInt8>) -> [TextItem] {
        guard case .values(var scanner) = form else { return takeLines(piece) }
        // The scanner must not be shared while it changes.
        form = .lines
        defer { form = .values(scanner) }
        return scanner.take(piece)
    }

    /// Detects the form at the beginning of the stream, and returns the beginning of its first item; nil if more bytes are needed.
    private mutating func decide(isLast: Bool) -> Int? {
        var start = 0
        if pending.starts(with: Self.mark) { start = 3 } else if !isLast, Self.mark.starts(with: pending) { return nil }
        while start < pending.count, Self.isSpace(pending[start]) { start += 1 }
        guard start < pending.count else {
            // However many blank lines there are, they are not kept.
            line += pending.count { $0 == UInt8(ascii: "\n") }
            pending.removeAll(keepingCapacity: true)
            return nil
        }
        let lineOfFirst = line + pending[..<start].count { $0 == UInt8(ascii: "\n") }
        if pending[start] == UInt8(ascii: "[") {
            return begin(.values(ValueScanner(.array, line: lineOfFirst, limit: limit)), start + 1)
        }
        guard pending[start] == UInt8(ascii: "{") else { return begin(.lines, 0) }
        // An object of many lines begins with a line of only its bracket. A damaged line is followed by another object.
        var next = start + 1
        while next < pending.count, Self.isSpace(pending[next]) { next += 1 }
        guard next < pending.count else { return isLast || next - start > limit ? begin(.lines, 0) : nil }
        let isAlone = pending[start..<next].contains(UInt8(ascii: "\n"))
        guard isAlone, pending[next] == UInt8(ascii: "\"") else { return begin(.lines, 0) }
        return begin(.values(ValueScanner(.sequence, line: lineOfFirst, limit: limit)), start)
    }

    private mutating func begin(_ form: Form, _ start: Int) -> Int {
        self.form = form
        return start
    }

    private mutating func takeLines(_ piece: ArraySlice<UInt8>) -> [TextItem] {
        var items: [TextItem] = []
        var rest = piece
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
    private func item(_ line: ArraySlice<UInt8>) -> TextItem? {
        var bytes = line
        while bytes.starts(with: Self.mark) { bytes = bytes.dropFirst(3) }
        if pendingIsLong || bytes.count > limit { return .tooLong(line: self.line, Array(bytes.prefix(limit)), limit: limit) }
        guard bytes.contains(where: { !Self.isSpace($0) }) else { return nil }
        return TextItem(line: self.line, bytes: bytes.last == UInt8(ascii: "\r") ? Array(bytes.dropLast()) : Array(bytes))
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
