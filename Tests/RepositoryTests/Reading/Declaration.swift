/// What one declaration of a Swift file says of itself.
struct Declaration {
    /// `func`, `struct`, `case`, …
    let keyword: String
    /// The first name after the keyword; `init` and `subscript` stand for themselves.
    let name: String
    /// Modifiers such as `public`, and attributes such as `@Test`.
    let modifiers: Set<String>
    /// The line of the first modifier or attribute, from 1.
    let line: Int
    /// The tokens between the braces of the body, without them; empty where there is no body.
    var body: Range<Int> = 0..<0
    /// The line of the closing brace, or `line` where there is no body.
    var lastLine: Int
    /// The declaration that this one stands in.
    let container: Int?
    /// Whether a type or an extension says what it conforms to.
    var conforms = false

    static let types: Set = ["struct", "class", "enum", "protocol", "actor", "extension"]
    static let functions: Set = ["func", "init", "deinit", "subscript"]

    var isType: Bool { Self.types.contains(keyword) }
    var isFunction: Bool { Self.functions.contains(keyword) }
    var saysPublic: Bool { modifiers.contains("public") || modifiers.contains("open") }
    var lineCount: Int { lastLine - line + 1 }
}
