extension Timestamp: JSONCodable {
    /// Writes the time as RFC 3339 has it.
    public func write(to json: inout JSONWriter) {
        json.write(ascii: 35) { write(.rfc3339, into: $0) }
    }

    /// Reads a time in RFC 3339.
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readTimestamp() }
}

extension JSONReader {
    /// Reads a time in RFC 3339, with any offset.
    @_lifetime(self: copy self)
    mutating func readTimestamp() throws(FlxError) -> Timestamp {
        let range = try scanString()
        if let time = withUTF8(of: range, { Timestamp(utf8: $0) }) { return time }
        do {
            return try Timestamp(text(of: range))
        } catch {
            offset = range.quote
            throw failure(.typeMismatch, error.message)
        }
    }
}
