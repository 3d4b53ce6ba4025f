public import FlxCore
import OrderedCollections

/// Writes the JSON Schema of a payload from its fields. `@Event` calls it, and so can a person.
///
/// ```swift
/// static let schema: EventValue? = PayloadSchema.object(
///     "An order was placed.", .field("total", Double.self, .range(0...)), .field("note", String?.self))
/// ```
public enum PayloadSchema {
    /// The schema of an object with the fields. Other fields are allowed beside them, since readers skip them.
    /// - Parameter description: The meaning of the event.
    public static func object(_ description: String? = nil, _ fields: SchemaField...) -> EventValue {
        SchemaDocument.write { _ in
            var schema: EventValue = ["$schema": .string(MetaSchema.dialect)]
            for (keyword, value) in object(description, fields).object ?? [:] { schema[keyword.description] = value }
            return schema
        }
    }

    /// The schema of a type: that of ``SchemaDescribed``, the values of an enum with raw values, or one that accepts everything.
    ///
    /// A recursive type is described under `$defs`, with references to it.
    public static func value<Value>(of type: Value.Type) -> EventValue {
        if let described = type as? any SchemaDescribed.Type { return SchemaDocument.write { $0.schema(of: described) } }
        guard let raw = type as? any RawRepresentable.Type, isWrittenRaw(raw) else { return [:] }
        if let cases = type as? any (RawRepresentable & CaseIterable).Type { return choice(of: cases) }
        return self.raw(of: raw)
    }

    /// The schema of a type's raw values, if `Codable` writes the type as its raw value, whatever the raw type's name; otherwise another
    /// schema. `@Schema` calls it.
    /// - Parameters:
    ///   - description: The meaning of the type.
    ///   - cases: The possible values; empty if they are unknown.
    ///   - other: The schema of a type not written as its raw value.
    public static func raw<Value>(
        _ type: Value.Type, _ description: String? = nil, cases: [Value] = [], or other: @autoclosure () -> EventValue
    ) -> EventValue {
        guard let raw = type as? any RawRepresentable.Type, isWrittenRaw(raw) else { return other() }
        if !cases.isEmpty { return values(description, ofRaw: raw, cases) }
        var schema = self.raw(of: raw)
        if let description { schema["description"] = .string(description) }
        return schema
    }

    /// The schema of one of some values, such as the raw values of an enum.
    /// - Parameter description: Their meaning.
    public static func values<Value>(_ description: String? = nil, of values: [Value]) -> EventValue {
        var schema = value(of: Value.self)
        schema["description"] = description.map { .string($0) }
        let known = values.compactMap { EventValue(raw: $0) }
        if known.count == values.count { schema["enum"] = .array(known) }
        return schema
    }

    /// The schema of an enum with associated values, in the form of its synthesized `Codable` conformance: an object with the name of the
    /// case, and under that an object with the values.
    /// - Parameter description: The meaning of the enum.
    public static func oneOf(_ description: String? = nil, _ choices: SchemaChoice...) -> EventValue {
        SchemaDocument.write { _ in
            var schema: EventValue = [:]
            schema["description"] = description.map { .string($0) }
            schema["oneOf"] = .array(choices.map { $0.schema() })
            return schema
        }
    }

    static func object(_ description: String?, _ fields: [SchemaField]) -> EventValue {
        var schema: EventValue = [:]
        schema["description"] = description.map { .string($0) }
        schema["type"] = "object"
        let required = fields.filter(\.isRequired).map { EventValue.string($0.key) }
        if !required.isEmpty { schema["required"] = .array(required) }
        let properties = fields.map { (ExactText($0.key), $0.schema()) }
        schema["properties"] = .object(OrderedDictionary(properties, uniquingKeysWith: { _, last in last }))
        return schema
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> EventValue {
        values(of: type.allCases.map(\.rawValue))
    }

    private static func raw<Raw: RawRepresentable>(of type: Raw.Type) -> EventValue { value(of: Raw.RawValue.self) }

    private static func values<Raw: RawRepresentable>(_ description: String?, ofRaw type: Raw.Type, _ cases: [some Any]) -> EventValue {
        values(description, of: cases.compactMap { ($0 as? Raw)?.rawValue })
    }

    /// Returns true if a value is written as its raw value. The standard library does so for these raw types, and FlxCore for its own
    /// coding.
    private static func isWrittenRaw<Raw: RawRepresentable>(_ type: Raw.Type) -> Bool {
        let raw = Raw.RawValue.self
        return raw is String.Type || raw is any FixedWidthInteger.Type || raw is any BinaryFloatingPoint.Type || raw is Bool.Type
            || type is any JSONWritable.Type
    }
}

/// One case of an enum with associated values.
public struct SchemaChoice: Sendable {
    let schema: @Sendable () -> EventValue

    /// Describes a case.
    /// - Parameters:
    ///   - key: Its key in the payload.
    ///   - description: Its meaning.
    ///   - fields: Its associated values.
    public static func choice(_ key: String, _ description: String? = nil, _ fields: SchemaField...) -> SchemaChoice {
        SchemaChoice(schema: {
            ["type": "object", "required": [.string(key)], "properties": [key: PayloadSchema.object(description, fields)]]
        })
    }
}

/// One field of a payload.
public struct SchemaField: Sendable {
    let key: String
    let isRequired: Bool
    /// Makes the schema on demand of the document around it. That document knows the types around the field.
    let schema: @Sendable () -> EventValue

    /// Describes a field.
    /// - Parameters:
    ///   - key: Its key in the payload.
    ///   - type: The type of its value.
    ///   - isRequired: True if it must be present; nil for the rule of the type: an optional may be null, and may also be missing, since
    ///     writers differ there.
    ///   - default: Its value when it is missing.
    ///   - description: Its meaning; nil for the description of its type.
    ///   - constraints: The constraints on its value beyond the type; a nullable field may still be null.
    public static func field<Value>(
        _ key: String, _ type: Value.Type, isRequired: Bool? = nil, default: EventValue? = nil, description: String? = nil,
        _ constraints: SchemaConstraint...
    ) -> SchemaField {
        let isOptional = type is any OptionalValue.Type
        return SchemaField(key: key, isRequired: isRequired ?? !isOptional) {
            var schema = PayloadSchema.value(of: Value.self)
            if let description { schema["description"] = .string(description) }
            if let `default` { schema["default"] = `default` }
            for (keyword, value) in constraints.flatMap(\.keywords) {
                let mayBeNull = isOptional && keyword == "enum"
                schema.ask(keyword, mayBeNull ? .array((value.array ?? []) + [.null]) : value)
            }
            return schema
        }
    }
}

/// A type whose values may be nil.
private protocol OptionalValue {}

extension Optional: OptionalValue {}

extension EventValue {
    /// The value of a case's raw value; nil for a kind outside JSON.
    fileprivate init?(raw: some Any) {
        switch raw {
        case let text as String: self = .string(text)
        case let flag as Bool: self = .bool(flag)
        case let number as any FixedWidthInteger: self = Self.number(number)
        case let number as Double: self.init(number)
        case let number as Float:
            // The number as written. Its Double may have another value.
            guard let number = JSONNumber(number.description) else { return nil }
            self = .number(number)
        default: return nil
        }
    }

    private static func number(_ value: some FixedWidthInteger) -> EventValue { .int(value) }
}
