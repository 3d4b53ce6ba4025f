extension Payload {
    /// Takes bytes of JSON: checked wholly, white space between their parts left out, everything else as it is.
    /// - Throws: ``FlxError/Code/malformed`` or ``FlxError/Code/limitExceeded`` with the place for other bytes, and
    ///   ``FlxError/Code/invalidValue`` for a media type that is not one of JSON.
    public static func json(_ bytes: [UInt8], contentType: String? = nil) throws(FlxError) -> Payload {
        if let contentType, !MediaType.isJSON(try checked(contentType)) {
            throw FlxError(.invalidValue, "datacontenttype: '\(contentType)' is no media type of JSON; take the bytes as a text or binary")
        }
        var reader = try JSONReader(bytes.span)
        let compact = try reader.copyValue()
        try reader.readEnd()
        return Payload(unchecked: compact, form: .json, contentType: contentType)
    }

    /// Writes a value as JSON.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded`` for a value that JSON or its limits cannot hold.
    public static func json(_ value: some JSONWritable) throws(FlxError) -> Payload {
        Payload(unchecked: try value.json(), form: .json, contentType: nil)
    }

    /// Reads the JSON as a type; fields that the type does not know are passed over.
    /// - Throws: ``FlxError/Code/typeMismatch`` when there is no JSON or it does not fit, with the place.
    public func decode<Value: JSONReadable>(as value: Value.Type = Value.self) throws(FlxError) -> Value {
        guard form == .json else {
            throw FlxError(.typeMismatch, "the payload is no JSON, so it cannot be read as \(Value.self)")
        }
        return try Value(json: bytes)
    }
}
