extension JSONReader {
    /// Reads a text allowed by CloudEvents as the value of an attribute.
    @_lifetime(self: copy self)
    mutating func readAttributeText() throws(FlxError) -> String {
        let text = try readString()
        try AttributeText.check(text, field: "text")
        return text
    }

    /// Reads an id; the usual one, a UUID, without making a string of it.
    @_lifetime(self: copy self)
    mutating func readEventID() throws(FlxError) -> EventID {
        if let uuid = takeUUID() { return EventID(uuid: uuid) }
        return try EventID(try readAttributeText())
    }

    /// Reads a canonical UUID if one is next. For anything else it reads nothing and returns nil.
    @_lifetime(self: copy self)
    mutating func takeUUID() -> UInt128? {
        skipSpace()
        let end = offset + UUIDText.count + 1
        guard end < bytes.byteCount, byte(offset) == UInt8(ascii: "\""), byte(end) == UInt8(ascii: "\"") else { return nil }
        let uuid = bytes.withUnsafeBytes { UUIDText.parse(UnsafeRawBufferPointer(rebasing: $0[offset + 1..<end])) }
        if uuid != nil { offset = end + 1 }
        return uuid
    }

    /// Reads the version of the specification, 1.0.
    @_lifetime(self: copy self)
    mutating func readSpecVersion() throws(FlxError) {
        let version = try readString()
        guard version == "1.0" else { throw FlxError(.invalidValue, "'\(version.prefix(40))' is not understood, only 1.0 is") }
    }

    /// Reads a time.
    @_lifetime(self: copy self)
    mutating func readTimeAttribute() throws(FlxError) -> Timestamp {
        let range = try scanString()
        if let time = withUTF8(of: range, { Timestamp(utf8: $0) }) { return time }
        return try Timestamp(text(of: range))
    }

    /// Reads a media type.
    @_lifetime(self: copy self)
    mutating func readMediaType() throws(FlxError) -> String {
        let range = try scanString()
        // Nearly all events have this one, and share its text.
        if withUTF8(of: range, { $0.elementsEqual(Payload.jsonContentType.utf8) }) { return Payload.jsonContentType }
        return try Payload.checked(text(of: range))
    }

    /// Reads the value of an extension attribute.
    @_lifetime(self: copy self)
    mutating func readExtensionValue() throws(FlxError) -> ExtensionValue {
        switch try peek() {
        case .string: return .string(try readAttributeText())
        case .bool: return .bool(try readBool())
        case .number:
            let number = try readNumber().text
            // The grammar of JSON is already checked. A number with a fraction or an exponent is no integer here.
            guard let integer = Int32(number) else {
                throw FlxError(.invalidValue, "\(number.prefix(40)) is no integer of 32 bits, the only kind of number for attributes")
            }
            return .integer(integer)
        default: throw unexpected("a string, an integer or a boolean, the only kinds of attributes")
        }
    }

    /// An error for a missing attribute, after the end of the event.
    func missingAttribute(_ name: String) -> FlxError {
        failure(.invalidValue, "the attribute '\(name)' is missing, and every CloudEvent must have it")
    }

    /// An error of a value's own rules, with the name of the attribute and its place. An error with a place stays unchanged.
    func naming(_ attribute: String, at start: Int, in error: FlxError) -> FlxError {
        guard error.location == nil else { return error }
        // The rule of a value may name it already.
        let reason = error.message.without(prefix: attribute + ": ").map(String.init) ?? error.message
        return FlxError(error.code, "'\(attribute.prefix(40))': \(reason)", at: location(at: start), cause: error.cause)
    }

    /// Passes the bytes of a checked string between its quotes to a closure. Escapes are not resolved.
    func withUTF8<Result>(of range: StringRange, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBytes { all in
            UnsafeRawBufferPointer(rebasing: all[range.start..<range.end]).withMemoryRebound(to: UInt8.self, body)
        }
    }
}
