/// A block of code in a Markdown text.
struct FencedBlock {
    /// What stands behind the opening fence: `swift`, `text`, or nothing.
    let language: Substring
    /// The line of the opening fence, from 1.
    let line: Int
    let lines: [Substring]

    /// The blocks of a text, in order.
    static func all(in file: SourceFile) -> [FencedBlock] {
        var blocks: [FencedBlock] = []
        var opening: Int?
        for (index, line) in file.lines.enumerated() where line.hasPrefix("```") {
            if let start = opening {
                let lines = Array(file.lines[start + 1..<index])
                blocks.append(FencedBlock(language: file.lines[start].dropFirst(3), line: start + 1, lines: lines))
                opening = nil
            } else {
                opening = index
            }
        }
        return blocks
    }

    /// Whether the lines stand one after the other in the text, at any indentation.
    func stands(in text: [Substring]) -> Bool {
        let wanted = Self.flush(lines[...])
        guard !wanted.isEmpty, wanted.count <= text.count else { return false }
        return (0...text.count - wanted.count).contains { start in
            text[start].hasSuffix(wanted[0]) && Self.flush(text[start..<start + wanted.count]) == wanted
        }
    }

    /// The lines moved to the left margin.
    private static func flush(_ lines: ArraySlice<Substring>) -> [Substring] {
        let indents = lines.filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }
        return lines.map { $0.dropFirst(indents.min() ?? 0) }
    }
}
