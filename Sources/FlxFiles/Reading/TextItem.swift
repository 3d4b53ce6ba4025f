/// One event's text among many: a line, an element of an array, a record of a table or an event of a document.
package struct TextItem: Equatable, Sendable {
    /// The line on which it begins, from 1.
    package let line: Int
    /// The text of a CloudEvent that it stands for.
    package let bytes: [UInt8]
    /// Why it cannot be read, when that is known already.
    package var fault: String?
    /// The text as it stood in the input, where that is another.
    package var original: [UInt8]?
    /// The beginning of a file of its format, so that its original text can be read there.
    package var head: [UInt8] = []
    /// The bytes between two items of such a file, and at its end, if they are not the same in all files of its format.
    package var separator: [UInt8]?
    package var tail: [UInt8]?
    /// True if its text is longer than the program reads, so that a part of it is missing.
    package var isCut = false
    /// True if its id is made of its content and its place, having none of its own.
    package var isIDDerived = false
    /// True if nothing of the log can be read behind it: it is broken there, or was cut off.
    package var endsLog = false

    /// The text as it stood in the input.
    package var source: [UInt8] { original ?? bytes }

    static func tooLong(line: Int, _ bytes: [UInt8], limit: Int) -> TextItem {
        TextItem(line: line, bytes: bytes, fault: "longer than \(limit) bytes", isCut: true)
    }
}
