/// A value that writes itself as one JSON value.
public protocol JSONWritable {
    /// Writes exactly one value.
    /// - Throws: ``FlxError/Code/invalidValue`` for a value outside JSON, such as NaN.
    func write(to json: inout JSONWriter) throws(FlxError)
}

/// A value that reads itself from one JSON value.
public protocol JSONReadable {
    /// Reads exactly one value.
    /// - Throws: ``FlxError/Code/malformed``, ``FlxError/Code/typeMismatch`` or ``FlxError/Code/limitExceeded``, with the place.
    init(json: inout JSONReader) throws(FlxError)
}

/// A value that writes and reads itself as JSON.
public typealias JSONCodable = JSONReadable & JSONWritable

extension JSONWritable {
    /// The value as a compact JSON text.
    /// - Throws: ``FlxError/Code/invalidValue`` for a value outside JSON, such as NaN; ``FlxError/Code/limitExceeded`` for nesting, keys
    ///   and numbers beyond the limits of a standard reader.
    @inlinable
    public func json() throws(FlxError) -> [UInt8] {
        try JSONWriter.text { json throws(FlxError) in try write(to: &json) }
    }
}

extension JSONWriter {
    /// The text written by a function.
    @usableFromInline
    static func text(_ write: (inout JSONWriter) throws(FlxError) -> Void) throws(FlxError) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        try write(&writer)
        try writer.check()
        return writer.finish()
    }
}

extension JSONReadable {
    /// Reads the value from a whole JSON text.
    /// - Throws: ``FlxError/Code/malformed``, ``FlxError/Code/typeMismatch`` or ``FlxError/Code/limitExceeded``, with the place.
    @inlinable
    public init(json bytes: [UInt8], limits: JSONLimits = .standard, duplicates: DuplicateKeys = .refused) throws(FlxError) {
        var reader = try JSONReader(bytes.span, limits: limits, duplicates: duplicates)
        try self.init(json: &reader)
        try reader.readEnd()
    }
}

extension JSONReader {
    /// Reads the next value as a type.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func read<T: JSONReadable>(_ type: T.Type = T.self) throws(FlxError) -> T {
        try T(json: &self)
    }
}
