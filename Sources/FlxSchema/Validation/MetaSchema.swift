import FlxCore
import OrderedCollections

/// The schemas of schemas of draft 2020-12, one for each vocabulary, as "JSON Schema Core" and "JSON Schema Validation" define them.
enum MetaSchema {
    /// The address of the standard's own documents.
    static let base = "https://json-schema.org/draft/2020-12/"
    /// The default dialect, for schemas without a named one.
    static let dialect = base + "schema"

    /// The documents by their URIs.
    static let documents: [ExactText: EventValue] = {
        var documents = [ExactText(dialect): whole]
        for (name, properties, definitions) in vocabularies {
            documents[base + "meta/" + name] = vocabulary(name, properties, definitions)
        }
        return documents
    }()

    private static let schema: EventValue = ["$dynamicRef": "#meta"]
    private static let schemas: EventValue = ["type": "array", "minItems": 1, "items": schema]
    private static let named: EventValue = ["type": "object", "additionalProperties": schema, "default": [:]]
    private static let text: EventValue = ["type": "string"]
    private static let flag: EventValue = ["type": "boolean"]
    private static let number: EventValue = ["type": "number"]
    private static let count: EventValue = ["type": "integer", "minimum": 0]
    private static let texts: EventValue = ["type": "array", "items": text, "uniqueItems": true]
    private static let reference: EventValue = ["type": "string", "format": "uri-reference"]
    private static let uri: EventValue = ["type": "string", "format": "uri"]
    private static let anchor: EventValue = ["type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"]
    private static let types: EventValue = ["enum": ["array", "boolean", "integer", "null", "number", "object", "string"]]

    private static let vocabularies: [(name: String, properties: EventValue, definitions: EventValue)] = [
        (
            "core",
            [
                "$id": ["type": "string", "format": "uri-reference", "pattern": "^[^#]*#?$"], "$schema": uri, "$ref": reference,
                "$anchor": anchor, "$dynamicRef": reference, "$dynamicAnchor": anchor, "$comment": text, "$defs": named,
                "$vocabulary": ["type": "object", "propertyNames": uri, "additionalProperties": flag],
            ], [:]
        ),
        (
            "applicator",
            [
                "prefixItems": schemas, "items": schema, "contains": schema, "additionalProperties": schema, "properties": named,
                "patternProperties": ["type": "object", "additionalProperties": schema, "propertyNames": ["format": "regex"]],
                "dependentSchemas": named, "propertyNames": schema, "if": schema, "then": schema, "else": schema, "allOf": schemas,
                "anyOf": schemas, "oneOf": schemas, "not": schema,
            ], [:]
        ),
        ("unevaluated", ["unevaluatedItems": schema, "unevaluatedProperties": schema], [:]),
        (
            "validation",
            [
                "type": ["anyOf": [types, ["type": "array", "items": types, "minItems": 1, "uniqueItems": true]]], "const": true,
                "enum": ["type": "array"], "multipleOf": ["type": "number", "exclusiveMinimum": 0], "maximum": number,
                "exclusiveMaximum": number, "minimum": number, "exclusiveMinimum": number, "maxLength": count,
                "minLength": nonNegative, "pattern": ["type": "string", "format": "regex"], "maxItems": count, "minItems": nonNegative,
                "uniqueItems": flag, "maxContains": count, "minContains": nonNegative, "maxProperties": count,
                "minProperties": nonNegative, "required": texts,
                "dependentRequired": ["type": "object", "additionalProperties": texts],
            ], ["nonNegativeInteger": count]
        ),
        (
            "meta-data",
            [
                "title": text, "description": text, "default": true, "deprecated": flag, "readOnly": flag, "writeOnly": flag,
                "examples": ["type": "array", "items": true],
            ], [:]
        ),
        ("format-annotation", ["format": text], [:]),
        ("content", ["contentEncoding": text, "contentMediaType": text, "contentSchema": schema], [:]),
    ]

    private static let nonNegative: EventValue = ["$ref": "#/$defs/nonNegativeInteger"]

    private static func vocabulary(_ name: String, _ properties: EventValue, _ definitions: EventValue) -> EventValue {
        [
            "$schema": .string(dialect), "$id": .string(base + "meta/" + name),
            "$vocabulary": [base + "vocab/" + name: true], "$dynamicAnchor": "meta", "type": ["object", "boolean"],
            "properties": properties, "$defs": definitions,
        ]
    }

    private static var whole: EventValue {
        let names = vocabularies.map(\.name)
        let known = names.map { (ExactText(base + "vocab/" + $0), EventValue.bool(true)) }
        return [
            "$schema": .string(dialect), "$id": .string(dialect),
            "$vocabulary": .object(.init(uniqueKeysWithValues: known)), "$dynamicAnchor": "meta",
            "allOf": .array(names.map { ["$ref": .string("meta/" + $0)] }), "type": ["object", "boolean"],
            // Keywords of earlier drafts. Their names stay reserved.
            "properties": [
                "definitions": named, "dependencies": ["type": "object", "additionalProperties": ["anyOf": [schema, texts]]],
                "$recursiveAnchor": anchor, "$recursiveRef": reference,
            ],
        ]
    }
}
