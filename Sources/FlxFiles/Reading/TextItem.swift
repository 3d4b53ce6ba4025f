/// One event's text among many: a line, an element of an array, a record of a table or an event of a document.
package struct TextItem: Equatable, Sendable {
    /// Its first line, from 1.
    package let line: Int
    /// The text of its CloudEvent.
    package let bytes: [UInt8]
    /// The reason why it cannot be read, if already known.
    package var fault: String?
    /// The original text of the input, if different.
    package var original: [UInt8]?
    /// The beginning of a file of its format, for reading its original text there.
    package var head: [UInt8] = []
    /// The bytes between two items of such a file, and at its end, if they are not the same in all files of its format.
    package var separator: [UInt8]?
    package var tail: [UInt8]?
    /// True if its text is too long for the program; a part of it is missing.
    package var isCut = false
    /// True if its id is made of its content and its place, having none of its own.
    package var isIDDerived = false
    /// True if nothing of the log can be read behind it: it is broken there, or was cut off.
    package var endsLog = false

    /// The original text of the input.
    package var source: [UInt8] { original ?? bytes }

    static func tooLong(line: Int, _ bytes: [UInt8], limit: Int) -> TextItem {
        TextItem(line: line, bytes: bytes, fault: "longer than \(limit) bytes", isCut: true)
    }
}
