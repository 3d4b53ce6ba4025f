/// Finds JSON values of several lines by their brackets, commas and quotes: the elements of an array, or consecutive objects. The reader of
/// JSON judges the text between them.
struct ValueScanner {
    /// The form of the text around the values.
    enum Form { case array, sequence }
    private enum Place { case outside, inString, inEscape }

    private static let head = Array("[\n".utf8)
    private static let separator = Array(",\n".utf8)
    private static let end = Array("\n]\n".utf8)

    private let form: Form
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

    /// Begins on a line: behind the opening bracket of an array, or at the first object of a sequence.
    init(_ form: Form, line: Int, limit: Int) {
        (self.form, self.line, self.limit) = (form, line, limit)
        startLine = line
    }

    mutating func take(_ piece: ArraySlice<UInt8>) -> [TextItem] {
        var items: [TextItem] = []
        for byte in piece {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if hasEnded {
                if !TextSplitter.isSpace(byte), faults.isEmpty {
                    faults.append(TextItem(line: line, bytes: [], fault: "something follows the array", endsLog: true))
                }
                continue
            }
            take(byte, &items)
        }
        return items
    }

    private mutating func take(_ byte: UInt8, _ items: inout [TextItem]) {
        switch (place, byte) {
        case (.inEscape, _): place = .inString
        case (.inString, UInt8(ascii: "\\")): place = .inEscape
        case (.inString, UInt8(ascii: "\"")): place = .outside
        case (.inString, _): break
        case (_, UInt8(ascii: "\"")): place = .inString
        case (_, UInt8(ascii: "{")), (_, UInt8(ascii: "[")): depth += 1
        case (_, UInt8(ascii: ",")) where depth == 0 && form == .array:
            items.append(endElement())
            return
        case (_, UInt8(ascii: "]")) where depth == 0 && form == .array:
            if hasElements || !element.isEmpty { items.append(endElement()) }
            hasEnded = true
            return
        case (_, UInt8(ascii: "}")), (_, UInt8(ascii: "]")):
            depth = max(0, depth - 1)
            if depth == 0, form == .sequence {
                keep(byte)
                items.append(endElement())
                return
            }
        case (_, UInt8(ascii: "\n")) where depth == 0 && form == .sequence:
            // Something between two objects.
            if !element.isEmpty { items.append(endElement()) }
        default: break
        }
        keep(byte)
    }

    /// The fault at the end of the values.
    func finish() -> [TextItem] {
        guard !hasEnded, form == .array || !element.isEmpty else { return faults }
        let what = form == .array ? "array" : "object"
        let fault = "the \(what) does not end; the input was cut off"
        return faults + [TextItem(line: line, bytes: element, fault: fault, isCut: isLong, endsLog: true)]
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
            (isLong, hasElements, place, depth) = (false, true, .outside, 0)
        }
        if element.isEmpty { return fault("an element of the array is missing") }
        guard !isLong else { return .tooLong(line: startLine, element, limit: limit) }
        var item = TextItem(line: startLine, bytes: element)
        // As lines, values of several lines could not be read again.
        (item.head, item.separator, item.tail) = (Self.head, Self.separator, Self.end)
        return item
    }

    private func fault(_ reason: String) -> TextItem { TextItem(line: line, bytes: [], fault: reason) }
}
