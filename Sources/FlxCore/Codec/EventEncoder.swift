/// Encodes `Codable` types to compact JSON by our own writer: no Foundation, no values in between.
///
/// Equal values give equal bytes: dictionaries are written in the order of their keys, sets in the order of the bytes of their elements. A
/// type that is also ``JSONWritable`` is written by that conformance, at any depth. If the encoding of a part throws, nothing of that part
/// remains: a type can catch the error and write something else in its place.
public struct EventEncoder: Sendable {
    /// The values for the `userInfo` of the encoder.
    public var userInfo: [CodingUserInfoKey: any Sendable]

    /// Makes an encoder.
    public init(userInfo: [CodingUserInfoKey: any Sendable] = [:]) {
        self.userInfo = userInfo
    }

    /// Encodes a value as a JSON text.
    /// - Throws: ``FlxError/Code/invalidValue`` for a value outside JSON, such as NaN, and for a key encoded twice in one object;
    ///   ``FlxError/Code/limitExceeded`` for nesting, keys and numbers beyond the limits of a standard reader.
    public func encode<T: Encodable>(_ value: T) throws(FlxError) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        try writer.encode(value, userInfo: userInfo)
        try writer.check()
        return writer.finish()
    }
}

extension JSONWriter {
    /// Writes a `Codable` value.
    @_disfavoredOverload
    public mutating func write<T: Encodable>(_ value: T) throws(FlxError) {
        try encode(value)
    }

    /// Writes a `Codable` value. Its encoder contains the caller's `userInfo`.
    /// - Parameter asCodable: True to use the `Codable` conformance, even if the type is ``JSONWritable``.
    mutating func encode<T: Encodable>(
        _ value: T, asCodable: Bool = false, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(FlxError) {
        let encoding = JSONEncoding(userInfo: userInfo)
        // The encoder is a class, and has the writer while it works.
        swap(&self, &encoding.json)
        defer { swap(&self, &encoding.json) }
        try encoding.encodeWhole(value, asCodable: asCodable)
    }

    /// Writes the key and the `Codable` value of a field; an absent optional is `null`.
    @_disfavoredOverload
    public mutating func field<T: Encodable>(_ name: String, _ value: T) throws(FlxError) {
        key(name)
        try write(value)
    }
}

extension DomainEvent where Self: Encodable {
    /// Writes the event by its `Codable` conformance.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        try json.encode(self, asCodable: true)
    }
}
