extension JSONReader {
    /// The place of the reader: byte offset and JSON pointer. Computed from the text when asked for.
    public var location: FlxError.Location {
        location(at: offset)
    }

    /// An error at the reader's place.
    public func failure(_ code: FlxError.Code, _ message: String) -> FlxError {
        FlxError(code, message, at: location)
    }

    /// The error for an unexpected next value.
    ///
    /// It is ``FlxError/Code/typeMismatch`` if a value of another kind starts, and ``FlxError/Code/malformed`` if none does.
    /// - Parameter expected: The expected thing with its article, such as "a time in RFC 3339".
    public func unexpected(_ expected: String) -> FlxError {
        guard let kind = JSONKind(firstByte: current) else { return unexpectedByte(expected) }
        return failure(.typeMismatch, "expected \(expected), found \(kind.phrase)")
    }

    /// The error for a byte outside the grammar.
    @inline(never)
    func unexpectedByte(_ expected: String) -> FlxError {
        guard offset < bytes.byteCount else { return unexpectedEnd(expected) }
        let byte = byte(offset)
        let found = byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        return failure(.malformed, "expected \(expected), found \(found)")
    }

    /// The error for a text with a missing end.
    func unexpectedEnd(_ expected: String) -> FlxError {
        failure(.malformed, "expected \(expected), found the end of the text")
    }

    /// The offset with the way to the innermost value there.
    func location(at end: Int) -> FlxError.Location {
        .init(offset: end, way: way(to: end))
    }

    /// The way to the innermost value at an offset; nil for the whole text.
    func way(to end: Int) -> JSONWay? { JSONPath(in: bytes, before: end).way }
}
