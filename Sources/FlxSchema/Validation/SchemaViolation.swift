public import FlxCore

/// One violation of a schema by a value.
public struct SchemaViolation: Hashable, Sendable, CustomStringConvertible {
    /// The JSON pointer (RFC 6901) of the part of the value; empty for all of it.
    public let instance: String
    /// The place of the demand: the URI of the schema (empty if it has none), and a JSON pointer as the fragment.
    public let schema: String
    /// The demand, and the actual value.
    public let message: String

    /// Place and message on one line.
    public var description: String { "\(instance.isEmpty ? "the value" : instance) \(message) (\(schema))" }
}

extension SchemaViolation: JSONWritable {
    /// Writes an object with `instance`, `schema` and `message`.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        try json.field("instance", instance)
        try json.field("schema", schema)
        try json.field("message", message)
        json.endObject()
    }
}
