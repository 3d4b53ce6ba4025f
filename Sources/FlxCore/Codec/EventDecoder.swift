/// Decodes `Codable` types from JSON by our own reader: no Foundation, and the same checks as everywhere.
///
/// A type that is also ``JSONReadable`` is read by that conformance, at any depth. Errors are ``FlxError``, with the place.
public struct EventDecoder: Sendable {
    /// The limits of texts.
    public var limits: JSONLimits
    /// The treatment of an object with a repeated key.
    public var duplicates: DuplicateKeys
    /// The values for the `userInfo` of the decoder.
    public var userInfo: [CodingUserInfoKey: any Sendable]

    /// Makes a decoder.
    public init(
        limits: JSONLimits = .standard, duplicates: DuplicateKeys = .refused, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) {
        self.limits = limits
        self.duplicates = duplicates
        self.userInfo = userInfo
    }

    /// Decodes a value from a whole JSON text.
    /// - Throws: ``FlxError/Code/malformed``, ``FlxError/Code/typeMismatch`` or ``FlxError/Code/limitExceeded``, with the place.
    public func decode<T: Decodable>(_ type: T.Type = T.self, from bytes: [UInt8]) throws(FlxError) -> T {
        var reader = try JSONReader(bytes.span, limits: limits, duplicates: duplicates)
        let nodes = try reader.readNodes(from: 0)
        try reader.readEnd()
        return try JSONDocument(bytes: bytes, nodes: nodes, limits: limits, duplicates: duplicates, userInfo: userInfo)
            .decodeWhole(type, asCodable: false)
    }
}

extension JSONReader {
    /// Reads the next value as a `Codable` type.
    @_disfavoredOverload
    @_lifetime(self: copy self)
    public mutating func read<T: Decodable>(_ type: T.Type = T.self) throws(FlxError) -> T {
        try decode(type, asCodable: false)
    }

    /// Reads the next value as a `Codable` type.
    /// - Parameter asCodable: by its `Codable` conformance, even if it is ``JSONReadable``.
    @_lifetime(self: copy self)
    mutating func decode<T: Decodable>(_ type: T.Type, asCodable: Bool) throws(FlxError) -> T {
        skipSpace()
        let start = offset
        let nodes = try readNodes(from: start)
        let part = bytes.withUnsafeBytes { Array(UnsafeRawBufferPointer(rebasing: $0[start..<offset])) }
        let document = JSONDocument(bytes: part, nodes: nodes, limits: limits, duplicates: duplicates, userInfo: [:])
        do {
            return try document.decodeWhole(type, asCodable: asCodable)
        } catch {
            throw error.moved(by: start, under: way(to: start))
        }
    }
}

extension DomainEvent where Self: Decodable {
    /// Reads the event by its `Codable` conformance.
    public init(json: inout JSONReader) throws(FlxError) {
        self = try json.decode(Self.self, asCodable: true)
    }
}
