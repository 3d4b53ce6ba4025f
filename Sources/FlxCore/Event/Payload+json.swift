extension Payload {
    /// Takes bytes of JSON: checked wholly, white space between their parts left out, everything else as it is.
    /// - Throws: ``FlxError/Code/malformed`` or ``FlxError/Code/limitExceeded`` with the place for other bytes, and
    ///   ``FlxError/Code/invalidValue`` for a media type that is not one of JSON.
    public static func json(_ bytes: [UInt8], contentType: String? = nil) throws(FlxError) -> Payload {
        try json(bytes, contentType: contentType, limits: .standard)
    }

    /// Takes bytes of JSON that are in memory as a whole, or others within limits.
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
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a value that JSON or its limits cannot hold.
    public static func json(_ value: some JSONWritable) throws(FlxError) -> Payload {
        Payload(unchecked: try value.json(), form: .json, contentType: nil)
    }

    /// Reads the data as a type, whatever ``ContentType`` it is written in; fields that the type does not know are passed over.
    /// - Throws: ``FlxError/Code/typeMismatch`` when the data is of no such type or does not fit, with the place; what ``value(foreign:)``
    ///   throws.
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
