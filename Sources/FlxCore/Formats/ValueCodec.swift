/// A format of values as bytes.
///
/// Everything common to a format and ``EventValue`` is kept exactly; anything else is refused with the reason. A converted value is
/// therefore the original value. Whole numbers stay whole and all numbers keep their value to the last digit. Only the spelling of a
/// fraction is the format's own (`1.50` and `15e-1` are `1.5`).
public protocol ValueCodec: Sendable {
    /// The bytes of a value.
    /// - Throws: ``FlxError/Code/invalidValue`` for a number outside the format, ``FlxError/Code/limitExceeded`` for nesting and keys
    ///   beyond the limits of a standard reader; each with the place.
    static func encode(_ value: EventValue) throws(FlxError) -> [UInt8]

    /// The value of some bytes, all of them.
    /// - Parameters:
    ///   - foreign: The treatment of values outside JSON.
    ///   - limits: The limits for the bytes; the limits of texts have the same meaning here.
    /// - Throws: ``FlxError/Code/malformed`` for bytes outside the format, ``FlxError/Code/typeMismatch`` for a value outside
    ///   ``EventValue``, ``FlxError/Code/limitExceeded``; each with the place.
    static func decode(_ bytes: [UInt8], foreign: ForeignValues, limits: JSONLimits) throws(FlxError) -> EventValue
}

/// The treatment of values outside JSON, such as bytes and times, in a binary format.
public enum ForeignValues: Hashable, Sendable {
    /// They are an error: nothing is lost unseen.
    case refused
    /// They become the nearest value of JSON: bytes a text in Base64, a time one of RFC 3339, `undefined` null; a tagged text or number
    /// loses its tag. A value without a near one (keys other than texts, infinite numbers, unknown extensions) stays an error.
    case nearest
}

extension ValueCodec {
    /// The value of some bytes; see ``decode(_:foreign:limits:)``.
    public static func decode(_ bytes: [UInt8], foreign: ForeignValues = .refused) throws(FlxError) -> EventValue {
        try decode(bytes, foreign: foreign, limits: .standard)
    }

    /// The bytes of any value with a JSON form, for example a ``DomainEvent``.
    /// - Throws: All errors of ``encode(_:)-(EventValue)`` and of the value itself.
    public static func encode(_ value: some JSONWritable) throws(FlxError) -> [UInt8] {
        try encode(try EventValue(json: try value.json(), limits: .inMemory))
    }

    /// Reads bytes as a type.
    /// - Throws: as ``decode(_:foreign:)``, and ``FlxError/Code/typeMismatch`` when the value does not fit the type, with the place in
    ///   its JSON.
    public static func decode<Value: JSONReadable>(
        _ type: Value.Type, from bytes: [UInt8], foreign: ForeignValues = .refused
    ) throws(FlxError) -> Value {
        try Value(json: try decode(bytes, foreign: foreign).json(), limits: .inMemory)
    }

    /// The bytes of a `Codable` value.
    /// - Throws: as ``EventEncoder/encode(_:)`` and ``encode(_:)-(EventValue)``.
    @_disfavoredOverload
    public static func encode(_ value: some Encodable) throws(FlxError) -> [UInt8] {
        try encode(try EventValue(json: try EventEncoder().encode(value), limits: .inMemory))
    }

    /// Reads bytes as a `Codable` type.
    /// - Throws: as ``decode(_:foreign:)`` and ``EventDecoder/decode(_:from:)-([UInt8])``.
    @_disfavoredOverload
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], foreign: ForeignValues = .refused
    ) throws(FlxError) -> Value {
        try EventDecoder(limits: .inMemory).decode(type, from: try decode(bytes, foreign: foreign).json())
    }
}

/// The codec of JSON texts (RFC 8259), beside the binary ones.
public enum JSONText: ValueCodec {
    /// The compact text of a value, in UTF-8.
    public static func encode(_ value: EventValue) throws(FlxError) -> [UInt8] { try value.json() }

    /// The value of a text; nothing in it is foreign.
    public static func decode(_ bytes: [UInt8], foreign: ForeignValues, limits: JSONLimits) throws(FlxError) -> EventValue {
        try EventValue(json: bytes, limits: limits)
    }
}
