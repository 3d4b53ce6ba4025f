extension JSONReader {
    /// Reads a string of Base64 (RFC 4648) with padding and returns the decoded bytes.
    @_lifetime(self: copy self)
    public mutating func readBase64() throws(FlxError) -> [UInt8] {
        let range = try scanString()
        // `\/` is the only possible escape in such a text.
        let text = range.hasEscapes ? Array(text(of: range).utf8) : nil
        let bytes = bytes.withUnsafeBytes { all in
            text?.withUnsafeBytes(Base64.decode) ?? Base64.decode(UnsafeRawBufferPointer(rebasing: all[range.start..<range.end]))
        }
        guard let bytes else {
            offset = range.quote
            throw failure(.typeMismatch, "the string is no Base64 with padding")
        }
        return bytes
    }
}

extension JSONWriter {
    /// Writes bytes as Base64 (RFC 4648) with padding.
    public mutating func writeBase64(_ bytes: [UInt8]) {
        writeUnescaped(Base64.encode(bytes))
    }
}
