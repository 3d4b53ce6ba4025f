/// Finds the elements of a JSON array by its brackets, commas and quotes; what stands between them is for the reader of JSON to judge.
struct ArrayScanner {
    private enum Place { case outside, inString, inEscape }

    private let limit: Int
    private var line: Int
    private var startLine: Int
    private var place = Place.outside
    private var depth = 0
    private var element: [UInt8] = []
    private var isLong = false
    private var hasEnded = false
    private var hasElements = false
    private var faults: [TextItem] = []

    /// Begins behind the opening bracket, which stands on a line.
    init(line: Int, limit: Int) {
        self.line = line
        self.limit = limit
        startLine = line
    }

    mutating func take(_ piece: ArraySlice<UInt8>) -> [TextItem] {
        var items: [TextItem] = []
        for byte in piece {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if hasEnded {
                if !TextSplitter.isSpace(byte), faults.isEmpty { faults.append(fault("something follows the array")) }
                continue
            }
            switch (place, byte) {
            case (.inEscape, _): place = .inString
            case (.inString, UInt8(ascii: "\\")): place = .inEscape
            case (.inString, UInt8(ascii: "\"")): place = .outside
            case (.inString, _): break
            case (_, UInt8(ascii: "\"")): place = .inString
            case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")): depth += 1
            case (_, UInt8(ascii: ",")) where depth == 0:
                items.append(endElement())
                continue
            case (_, UInt8(ascii: "]")) where depth == 0:
                if hasElements || !element.isEmpty { items.append(endElement()) }
                hasEnded = true
                continue
            case (_, UInt8(ascii: "}")), (_, UInt8(ascii: "]")): depth = max(0, depth - 1)
            default: break
            }
            keep(byte)
        }
        return items
    }

    /// What is wrong with how the array ended.
    func finish() -> [TextItem] {
        if !hasEnded { return faults + [TextItem(line: line, bytes: element, fault: "the array does not end; the input was cut off")] }
        return faults
    }

    private mutating func keep(_ byte: UInt8) {
        if element.isEmpty {
            guard !TextSplitter.isSpace(byte) else { return }
            startLine = line
        }
        if element.count < limit { element.append(byte) } else { isLong = true }
    }

    private mutating func endElement() -> TextItem {
        defer {
            element.removeAll(keepingCapacity: element.capacity <= 1 << 16)
            isLong = false
            hasElements = true
        }
        if element.isEmpty { return fault("an element of the array is missing") }
        return TextItem(line: startLine, bytes: element, fault: isLong ? "longer than \(limit) bytes" : nil)
    }

    private func fault(_ reason: String) -> TextItem { TextItem(line: line, bytes: [], fault: reason) }
}
