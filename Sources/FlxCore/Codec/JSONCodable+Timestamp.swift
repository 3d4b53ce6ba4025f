extension Timestamp: JSONCodable {
    /// Writes the time as RFC 3339 has it.
    public func write(to json: inout JSONWriter) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 35) { buffer in
            let count = write(.rfc3339, into: buffer)
            json.writeUnescaped(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Reads a time in RFC 3339.
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readTimestamp() }
}

extension JSONReader {
    /// Reads a time in RFC 3339, with any offset.
    @_lifetime(self: copy self)
    mutating func readTimestamp() throws(FlxError) -> Timestamp {
        let range = try scanString()
        let text = text(of: range)
        do {
            return try Timestamp(text)
        } catch {
            offset = range.quote
            throw failure(.typeMismatch, error.message)
        }
    }
}
