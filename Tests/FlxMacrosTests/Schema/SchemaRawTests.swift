import FlxMacros
import Testing

/// Every way to have a raw value, and some that look like one.
private enum Raw {
    typealias Name = String

    @Schema enum Float32: Float, Codable, CaseIterable { case half = 0.5, tenth = 0.1 }
    @Schema enum Qualified: Swift.String, Codable, CaseIterable { case one, two = "2" }
    @Schema enum Renamed: Name, Codable, CaseIterable { case one, two }
    @Schema enum Late: Codable, CaseIterable, Sendable { case one, two }
    @Schema enum Letter: Character, Codable, CaseIterable { case a = "a", b = "b" }
    @Schema enum Plain: Codable, CaseIterable { case one, two }
    @Schema struct Text: RawRepresentable, Codable { var rawValue: String }
    @Schema struct Flags: OptionSet, Codable {
        var rawValue: UInt8
        static let first = Flags(rawValue: 1)
    }
    @Schema struct Pair: RawRepresentable, Codable {
        struct Sides: Codable { var left, right: Int }
        var rawValue: Sides
    }

    /// Without the attribute.
    enum Bare: Character, Codable, CaseIterable { case a = "a" }
}

extension Raw.Late: RawRepresentable {
    // Not by `==`, which compares raw values.
    var rawValue: Int { if case .one = self { 1 } else { 2 } }

    init?(rawValue: Int) {
        switch rawValue {
        case 1: self = .one
        case 2: self = .two
        default: return nil
        }
    }
}

@Suite struct SchemaRawTests {
    /// Expects that what the encoder writes of values fits the schema of their type, and says whether another value fits.
    private static func fits<Value: Codable>(_ values: [Value], schema: EventValue, refusing other: EventValue?) throws {
        let checked = try JSONSchema(schema)
        for value in values {
            let written = try written(value)
            #expect(try checked.violations(of: written).isEmpty, "\(written) does not fit \(schema)")
        }
        if let other { #expect(try !checked.accepts(other), "\(other) fits \(schema)") }
    }

    @Test func `what is written as a raw value is described as one`() throws {
        try Self.fits(Raw.Float32.allCases, schema: Raw.Float32.jsonSchema, refusing: 0.2)
        try Self.fits(Raw.Qualified.allCases, schema: Raw.Qualified.jsonSchema, refusing: "two")
        try Self.fits(Raw.Renamed.allCases, schema: Raw.Renamed.jsonSchema, refusing: "three")
        try Self.fits(Raw.Late.allCases, schema: Raw.Late.jsonSchema, refusing: ["one": [:]])
        try Self.fits([Raw.Text(rawValue: "a")], schema: Raw.Text.jsonSchema, refusing: ["rawValue": "a"])
        try Self.fits([Raw.Flags.first], schema: Raw.Flags.jsonSchema, refusing: 256)
        #expect(Raw.Qualified.jsonSchema == ["type": "string", "enum": ["one", "2"]])
        #expect(Raw.Late.jsonSchema == ["type": "integer", "enum": [1, 2]])
    }

    @Test func `what only looks so is described as it is written`() throws {
        try Self.fits(Raw.Plain.allCases, schema: Raw.Plain.jsonSchema, refusing: "one")
        try Self.fits(Raw.Letter.allCases, schema: Raw.Letter.jsonSchema, refusing: nil)
        try Self.fits([Raw.Pair(rawValue: .init(left: 1, right: 2))], schema: Raw.Pair.jsonSchema, refusing: 7)
        #expect(PayloadSchema.value(of: Raw.Bare.self) == [:])
    }
}
