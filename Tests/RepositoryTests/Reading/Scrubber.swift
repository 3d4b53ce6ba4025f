/// Blanks the comments of a Swift text, and its string literals too where asked: every line and column stays where it is.
///
/// Code inside an interpolation is kept: it names things.
struct Scrubber {
    private enum Mode {
        case code(parens: Int)
        case lineComment
        case blockComment
        case string(hashes: Int, quotes: Int)
        case regex(hashes: Int)
    }

    private let text: [UInt8]
    private let keepsStrings: Bool
    private var modes: [Mode] = [.code(parens: 0)]
    private var output: [UInt8] = []
    private var index = 0

    /// The text with its comments blanked.
    static func withoutComments(_ text: String) -> String {
        var scrubber = Scrubber(text: text, keepsStrings: true)
        return scrubber.run()
    }

    /// The text with its comments and the contents of its string literals blanked.
    static func codeOnly(_ text: String) -> String {
        var scrubber = Scrubber(text: text, keepsStrings: false)
        return scrubber.run()
    }

    private init(text: String, keepsStrings: Bool) {
        self.text = Array(text.utf8)
        self.keepsStrings = keepsStrings
        output.reserveCapacity(self.text.count)
    }

    private mutating func run() -> String {
        while index < text.count {
            switch modes[modes.count - 1] {
            case .code(let parens): code(parens)
            case .lineComment: lineComment()
            case .blockComment: blockComment()
            case .string(let hashes, let quotes): string(hashes, quotes)
            case .regex(let hashes): regex(hashes)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func code(_ parens: Int) {
        if starts("//") { return enter(.lineComment, 2, kept: false) }
        if starts("/*") { return enter(.blockComment, 2, kept: false) }
        if let hashes = literalStart("\"") {
            let quotes = starts("\"\"\"", at: index + hashes) ? 3 : 1
            return enter(.string(hashes: hashes, quotes: quotes), hashes + quotes, kept: true)
        }
        if let hashes = literalStart("/"), hashes > 0 || opensRegex {
            return enter(.regex(hashes: hashes), hashes + 1, kept: false)
        }
        let byte = text[index]
        if modes.count > 1, byte == UInt8(ascii: ")"), parens == 0 {
            modes.removeLast()
            return blank(1)
        }
        let step = byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
        modes[modes.count - 1] = .code(parens: parens + step)
        keep(1)
    }

    private mutating func lineComment() {
        if text[index] == UInt8(ascii: "\n") {
            modes.removeLast()
        } else {
            blank(1)
        }
    }

    private mutating func blockComment() {
        if starts("/*") { return enter(.blockComment, 2, kept: false) }
        let closes = starts("*/")
        if closes { modes.removeLast() }
        blank(closes ? 2 : 1)
    }

    private mutating func string(_ hashes: Int, _ quotes: Int) {
        let fence = String(repeating: "#", count: hashes)
        if starts("\\" + fence) {
            let opensCode = starts("(", at: index + 1 + hashes)
            literal(min(hashes + 2, text.count - index))
            if opensCode { modes.append(.code(parens: 0)) }
        } else if starts(String(repeating: "\"", count: quotes) + fence) {
            modes.removeLast()
            keep(quotes + hashes)
        } else if quotes == 1, text[index] == UInt8(ascii: "\n") {
            modes.removeLast()
        } else {
            literal(1)
        }
    }

    private mutating func regex(_ hashes: Int) {
        if starts("\\") {
            blank(min(2, text.count - index))
        } else if starts("/" + String(repeating: "#", count: hashes)) {
            modes.removeLast()
            blank(hashes + 1)
        } else {
            blank(1)
        }
    }
}

extension Scrubber {
    /// How many `#` stand before the given delimiter here; nil where no literal starts.
    private func literalStart(_ delimiter: String) -> Int? {
        var hashes = 0
        while index + hashes < text.count, text[index + hashes] == UInt8(ascii: "#") { hashes += 1 }
        return starts(delimiter, at: index + hashes) ? hashes : nil
    }

    /// Whether a bare slash here opens a regular expression: it stands where a value begins, and is closed on its line.
    private var opensRegex: Bool {
        let before = text[..<index].last { $0 != UInt8(ascii: " ") }
        guard let before, "(,=:[{\n".utf8.contains(before), index + 1 < text.count, text[index + 1] != UInt8(ascii: " ") else {
            return false
        }
        let rest = text[(index + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        return rest.contains(UInt8(ascii: "/"))
    }

    private func starts(_ prefix: String, at start: Int? = nil) -> Bool {
        let start = start ?? index
        return start <= text.count && text[start...].starts(with: prefix.utf8)
    }

    private mutating func enter(_ mode: Mode, _ count: Int, kept: Bool) {
        modes.append(mode)
        if kept { keep(count) } else { blank(count) }
    }

    private mutating func literal(_ count: Int) {
        if keepsStrings { keep(count) } else { blank(count) }
    }

    private mutating func keep(_ count: Int) {
        output.append(contentsOf: text[index..<index + count])
        index += count
    }

    private mutating func blank(_ count: Int) {
        for byte in text[index..<index + count] {
            output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        index += count
    }
}
