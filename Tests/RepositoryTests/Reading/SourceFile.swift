/// One text file of the project, and the views of it that the rules look at.
final class SourceFile: Sendable {
    /// The path from the root of the project, with `/`.
    let path: String
    let text: String
    let lines: [Substring]
    /// The lines with comments and contents of string literals blanked; for a Swift file.
    let codeLines: [Substring]
    let tokens: [Token]
    let declarations: [Declaration]
    let outline: Outline

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let code = path.hasSuffix(".swift") ? Scrubber.codeOnly(text) : ""
        codeLines = code.split(separator: "\n", omittingEmptySubsequences: false)
        tokens = Token.all(in: code)
        outline = Outline(tokens)
        declarations = outline.declarations
    }

    /// The number of lines, a last line without its newline counted.
    var lineCount: Int { text.hasSuffix("\n") ? lines.count - 1 : lines.count }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var folders: [Substring] { path.split(separator: "/").dropLast() }
    /// The target of a file under `Sources`; nil elsewhere.
    var target: String? { folders.count > 1 && folders[0] == "Sources" ? String(folders[1]) : nil }

    /// Names in the code and inside string literals, comments left out.
    var mentionedNames: Set<Substring> {
        Set(Token.all(in: Scrubber.withoutComments(text)).lazy.filter(\.isWord).map(\.name))
    }
}
