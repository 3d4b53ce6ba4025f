/// The place of a checked string in the text, before a copy of it exists.
struct StringRange {
    /// The first byte after the opening quote.
    let start: Int
    /// The closing quote.
    let end: Int
    /// Some characters are written as `\…`.
    let hasEscapes: Bool

    /// The opening quote.
    var quote: Int { start - 1 }
    /// The bytes between the quotes.
    var count: Int { end - start }
}

extension StringRange {
    /// Finds a checked string again; nil if it does not end before an offset.
    init?(in bytes: RawSpan, from quote: Int, before end: Int) {
        var index = quote + 1
        var hasEscapes = false
        while index < end {
            let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\"") {
                self.init(start: quote + 1, end: index, hasEscapes: hasEscapes)
                return
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index += 1
            }
            index += 1
        }
        return nil
    }

    /// The characters of the string.
    func text(in bytes: RawSpan) -> String {
        bytes.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(rebasing: all[start..<end])
            return hasEscapes ? JSONEscapes.text(of: part) : String(decoding: part, as: UTF8.self)
        }
    }
}
