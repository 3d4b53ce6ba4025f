public import FlxCore
public import OrderedCollections

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A type with a JSON Schema of its values. The macro `@Schema` of FlxMacros writes it for your own types, or write it by hand:
///
/// ```swift
/// extension Money: SchemaDescribed {
///     static var jsonSchema: EventValue { PayloadSchema.object(nil, .field("amount", Decimal.self), .field("currency", String.self)) }
/// }
/// ```
public protocol SchemaDescribed {
    /// The schema of a value.
    static var jsonSchema: EventValue { get }
}

extension SchemaDescribed where Self: FixedWidthInteger {
    /// A whole number in the range of the type.
    public static var jsonSchema: EventValue { ["type": "integer", "minimum": .int(Self.min), "maximum": .int(Self.max)] }
}

extension Int8: SchemaDescribed {}
extension Int16: SchemaDescribed {}
extension Int32: SchemaDescribed {}
extension UInt8: SchemaDescribed {}
extension UInt16: SchemaDescribed {}
extension UInt32: SchemaDescribed {}

extension Int: SchemaDescribed {
    /// A whole number, without bounds: a comparison of schemas does not find a value beyond 64 bits, such as one of a former `UInt64`.
    public static var jsonSchema: EventValue { ["type": "integer"] }
}

extension Int64: SchemaDescribed {
    /// A whole number.
    public static var jsonSchema: EventValue { ["type": "integer"] }
}

extension UInt: SchemaDescribed {
    /// A whole number from 0.
    public static var jsonSchema: EventValue { ["type": "integer", "minimum": 0] }
}

extension UInt64: SchemaDescribed {
    /// A whole number from 0.
    public static var jsonSchema: EventValue { ["type": "integer", "minimum": 0] }
}

extension Double: SchemaDescribed {
    /// A number.
    public static var jsonSchema: EventValue { ["type": "number"] }
}

extension Float: SchemaDescribed {
    /// A number: a comparison of schemas does not find that a former `Double` had more digits.
    public static var jsonSchema: EventValue { ["type": "number"] }
}

extension Decimal: SchemaDescribed {
    /// A number.
    public static var jsonSchema: EventValue { ["type": "number"] }
}

extension JSONNumber: SchemaDescribed {
    /// A number.
    public static var jsonSchema: EventValue { ["type": "number"] }
}

extension Duration: SchemaDescribed {
    /// The seconds, as a number.
    public static var jsonSchema: EventValue { ["type": "number"] }
}

extension Bool: SchemaDescribed {
    /// A boolean.
    public static var jsonSchema: EventValue { ["type": "boolean"] }
}

extension String: SchemaDescribed {
    /// A text.
    public static var jsonSchema: EventValue { ["type": "string"] }
}

extension ExactText: SchemaDescribed {
    /// A text.
    public static var jsonSchema: EventValue { ["type": "string"] }
}

extension UUID: SchemaDescribed {
    /// A text of the format `uuid`.
    public static var jsonSchema: EventValue { ["type": "string", "format": "uuid"] }
}

extension Date: SchemaDescribed {
    /// A text of the format `date-time`.
    public static var jsonSchema: EventValue { ["type": "string", "format": "date-time"] }
}

extension Timestamp: SchemaDescribed {
    /// A text of the format `date-time`.
    public static var jsonSchema: EventValue { ["type": "string", "format": "date-time"] }
}

extension URL: SchemaDescribed {
    /// A text of the format `uri-reference`.
    public static var jsonSchema: EventValue { ["type": "string", "format": "uri-reference"] }
}

extension Data: SchemaDescribed {
    /// A text in Base64.
    public static var jsonSchema: EventValue { ["type": "string", "contentEncoding": "base64"] }
}

extension EventValue: SchemaDescribed {
    /// Anything.
    public static var jsonSchema: EventValue { [:] }
}

extension Optional: SchemaDescribed, SchemaContainer {
    /// `null`, or the wrapped value.
    public static var jsonSchema: EventValue { SchemaDocument.write { _ in nullable } }

    private static var nullable: EventValue {
        var schema = PayloadSchema.value(of: Wrapped.self)
        if schema == [:] { return schema }
        // Beside the type, only an enum says something of null.
        let others: Set = ["const", "not", "allOf", "anyOf", "oneOf", "if", "$ref", "$dynamicRef"]
        guard let type = schema["type"]?.string, others.allSatisfy({ schema[$0] == nil }) else {
            return ["anyOf": [schema, ["type": "null"]]]
        }
        schema["type"] = [.string(type), "null"]
        if let values = schema["enum"]?.array { schema["enum"] = .array(values + [.null]) }
        return schema
    }
}

extension Array: SchemaDescribed, SchemaContainer {
    /// An array of the elements' schema.
    public static var jsonSchema: EventValue { PayloadSchema.array(of: Element.self) }
}

extension Set: SchemaDescribed, SchemaContainer {
    /// An array of the elements' schema.
    public static var jsonSchema: EventValue { PayloadSchema.array(of: Element.self) }
}

extension Dictionary: SchemaDescribed, SchemaContainer where Key: JSONKey {
    /// An object of the values' schema.
    public static var jsonSchema: EventValue { PayloadSchema.dictionary(of: Value.self) }
}

extension OrderedDictionary: SchemaDescribed, SchemaContainer where Key: JSONKey {
    /// An object of the values' schema.
    public static var jsonSchema: EventValue { PayloadSchema.dictionary(of: Value.self) }
}

extension PayloadSchema {
    fileprivate static func array<Element>(of type: Element.Type) -> EventValue {
        SchemaDocument.write { _ in ["type": "array", "items": value(of: type)] }
    }

    fileprivate static func dictionary<Value>(of type: Value.Type) -> EventValue {
        SchemaDocument.write { _ in ["type": "object", "additionalProperties": value(of: type)] }
    }
}
