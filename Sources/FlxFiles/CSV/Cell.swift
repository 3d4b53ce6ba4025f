import FlxCore

/// The texts of values in formats that have fewer kinds of them than JSON.
enum Cell {
    /// The text of a value: a text stands as it is, unless it would be read as something else; then it stands in JSON's quotes.
    static func text(of value: EventValue, isTyped: Bool) -> String {
        guard case .string(let text) = value else { return value.description }
        return self.value(of: text, isTyped: isTyped) == value ? text : value.description
    }

    /// The value of a text: JSON where it is JSON, else the text itself.
    /// - Parameter isTyped: Numbers and booleans are told in another way, so that here they are texts.
    static func value(of text: String, isTyped: Bool) -> EventValue {
        guard let first = text.utf8.first else { return .string(text) }
        let begins = isTyped ? Array("\"[{n".utf8) : Array("\"[{ntf-0123456789".utf8)
        guard begins.contains(first), let value = json(text) else { return .string(text) }
        return value
    }

    /// The value of a text of JSON, however long its escapes make it.
    private static func json(_ text: String) -> EventValue? { try? EventValue(json: Array(text.utf8), limits: .inMemory) }

    /// A text for a place that has texts alone, where an empty one is not there: in JSON's quotes if it is empty or begins with one.
    static func quoted(_ text: String) -> String {
        text.isEmpty || text.utf8.first == UInt8(ascii: "\"") ? EventValue.string(text).description : text
    }

    /// The text of such a place.
    static func unquoted(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "\""), let value = json(text) else { return text }
        return value.string ?? text
    }
}
