extension Payload {
    /// Takes bytes of JSON. They are checked completely; white space between their parts is removed, everything else stays unchanged.
    /// - Throws: ``FlxError/Code/malformed`` or ``FlxError/Code/limitExceeded`` with the place for other bytes, and
    ///   ``FlxError/Code/invalidValue`` for a media type outside JSON.
    public static func json(_ bytes: [UInt8], contentType: String? = nil) throws(FlxError) -> Payload {
        try json(bytes, contentType: contentType, limits: .standard)
    }

    /// Takes bytes of JSON already in memory as a whole, or others within limits.
    package static func json(_ bytes: [UInt8], contentType: String? = nil, limits: JSONLimits) throws(FlxError) -> Payload {
        if let contentType, !MediaType.isJSON(try checked(contentType)) {
            throw FlxError(.invalidValue, "datacontenttype: '\(contentType)' is no media type of JSON; take the bytes as a text or binary")
        }
        var reader = try JSONReader(bytes.span, limits: limits)
        let compact = try reader.copyValue()
        try reader.readEnd()
        return Payload(unchecked: compact, form: .json, contentType: contentType)
    }

    /// Writes a value as JSON.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a value outside JSON or its limits.
    public static func json(_ value: some JSONWritable) throws(FlxError) -> Payload {
        Payload(unchecked: try value.json(), form: .json, contentType: nil)
    }

    /// Reads the data as a type, from any ``ContentType``. Unknown fields are skipped.
    /// - Throws: ``FlxError/Code/typeMismatch`` if the data is of no such type or does not fit, with the place; all errors of
    ///   ``value(foreign:)``.
    public func decode<Value: JSONReadable>(as value: Value.Type = Value.self) throws(FlxError) -> Value {
        guard form == .json else {
            guard type != nil else {
                throw FlxError(.typeMismatch, "the payload is no JSON, MessagePack or CBOR, so it cannot be read as \(Value.self)")
            }
            return try Value(json: try self.value().json(), limits: .inMemory)
        }
        return try Value(json: bytes, limits: .inMemory)
    }
}
