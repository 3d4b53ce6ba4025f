import FlxCore

/// The texts of values in formats with fewer kinds of values than JSON.
enum Cell {
    /// The text of a value. A text is unchanged, unless it would be read as something else; then it is in JSON's quotes.
    static func text(of value: EventValue, isTyped: Bool) -> String {
        guard case .string(let text) = value else { return value.description }
        return self.value(of: text, isTyped: isTyped) == value ? text : value.description
    }

    /// The value of a text: its JSON if it is valid JSON, else the text itself.
    /// - Parameter isTyped: True if the format marks numbers and booleans, so they are texts here.
    static func value(of text: String, isTyped: Bool) -> EventValue {
        guard let first = text.utf8.first else { return .string(text) }
        let begins = isTyped ? Array("\"[{n".utf8) : Array("\"[{ntf-0123456789".utf8)
        guard begins.contains(first), let value = json(text) else { return .string(text) }
        return value
    }

    /// The value of a text of JSON, however long its escapes make it.
    private static func json(_ text: String) -> EventValue? { try? EventValue(json: Array(text.utf8), limits: .inMemory) }

    /// A text for a place with texts only, for which an empty one counts as missing: in JSON's quotes if it is empty or begins with one.
    static func quoted(_ text: String) -> String {
        text.isEmpty || text.utf8.first == UInt8(ascii: "\"") ? EventValue.string(text).description : text
    }

    /// The text of such a place.
    static func unquoted(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "\""), let value = json(text) else { return text }
        return value.string ?? text
    }
}
