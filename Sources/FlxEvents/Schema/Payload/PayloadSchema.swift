public import FlxCore
import OrderedCollections

/// Writes the JSON Schema of a payload from its fields. `@Event` calls it, and so can a person.
///
/// ```swift
/// static let schema: EventValue? = PayloadSchema.object(
///     "An order was placed.", .field("total", Double.self, .range(0...)), .field("note", String?.self, isRequired: false))
/// ```
public enum PayloadSchema {
    /// The schema of an object with the fields. Other fields may stand beside them, since readers pass them over.
    /// - Parameter description: What the event tells.
    public static func object(_ description: String? = nil, _ fields: SchemaField...) -> EventValue {
        var schema: EventValue = ["$schema": .string(MetaSchema.dialect)]
        schema["description"] = description.map { .string($0) }
        schema["type"] = "object"
        let required = fields.filter(\.isRequired).map { EventValue.string($0.key) }
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["properties"] = .object(OrderedDictionary(fields.map { ($0.key, $0.schema) }, uniquingKeysWith: { _, last in last }))
        return schema
    }

    /// The schema of a type: that of ``SchemaDescribed``, the values of an enum with raw values, or one that takes everything.
    public static func value<Value>(of type: Value.Type) -> EventValue {
        if let described = type as? any SchemaDescribed.Type { return described.jsonSchema }
        if let cases = type as? any (RawRepresentable & CaseIterable).Type { return choice(of: cases) }
        if let raw = type as? any RawRepresentable.Type { return self.raw(of: raw) }
        return [:]
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> EventValue {
        var schema = value(of: Choice.RawValue.self)
        let values = type.allCases.compactMap { EventValue(raw: $0.rawValue) }
        if values.count == type.allCases.count { schema["enum"] = .array(values) }
        return schema
    }

    private static func raw<Raw: RawRepresentable>(of type: Raw.Type) -> EventValue { value(of: Raw.RawValue.self) }
}

/// One field of a payload.
public struct SchemaField: Sendable {
    let key: String
    let isRequired: Bool
    let schema: EventValue

    /// Describes a field.
    /// - Parameters:
    ///   - key: Its key in the payload.
    ///   - type: The type of its value.
    ///   - isRequired: Whether it must be there.
    ///   - default: What it is when it is not there.
    ///   - description: What it means.
    ///   - constraints: What is asked of its value beyond the type; a field that may be null may stay so.
    public static func field<Value>(
        _ key: String, _ type: Value.Type, isRequired: Bool = true, default: EventValue? = nil, description: String? = nil,
        _ constraints: SchemaConstraint...
    ) -> SchemaField {
        var schema = PayloadSchema.value(of: type)
        schema["description"] = description.map { .string($0) }
        schema["default"] = `default`
        for (keyword, value) in constraints.flatMap(\.keywords) { schema[keyword] = value }
        return SchemaField(key: key, isRequired: isRequired, schema: schema)
    }
}

extension EventValue {
    /// The value of a case's raw value; nil for a kind of it that JSON does not have.
    fileprivate init?(raw: some Any) {
        switch raw {
        case let text as String: self = .string(text)
        case let number as any FixedWidthInteger: self = Self.number(number)
        case let number as Double: self.init(number)
        default: return nil
        }
    }

    private static func number(_ value: some FixedWidthInteger) -> EventValue { .int(value) }
}
