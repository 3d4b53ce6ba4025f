import FlxCore

/// One schema or subschema, compiled.
struct SchemaNode: Sendable {
    /// The place of the schema: the URI of its resource, and a JSON pointer as the fragment.
    let location: String
    /// Its resource.
    let resource: Int
    /// The demands of the schema, the unevaluated rest last.
    var keywords: [SchemaKeyword] = []
}

/// One demand of a schema. Numbers of nodes represent subschemas.
enum SchemaKeyword: Sendable {
    case never
    case type(SchemaTypes)
    case enumeration(Set<[UInt8]>, [EventValue], shown: String)
    case constant([UInt8], EventValue, shown: String)
    case bound(SchemaBound, SchemaNumber)
    case multipleOf(SchemaNumber)
    case length(SchemaCount)
    case pattern(TextPattern)
    case format(SchemaFormat)
    /// The encoding or the content of a text: without a check, and needed only for the comparison of schemas.
    case content(String)
    case items(SchemaCount)
    case uniqueItems
    case properties(SchemaCount)
    case required([ExactText])
    case dependentRequired([(ExactText, [ExactText])])
    case reference(Int)
    case dynamicReference(Int, anchor: ExactText)
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case condition(if: Int, then: Int?, else: Int?)
    case dependentSchemas([(ExactText, Int)])
    case members(SchemaMembers)
    case propertyNames(Int)
    case elements(first: [Int], rest: Int?)
    case contains(Int, SchemaCount)
    case unevaluatedProperties(Int)
    case unevaluatedItems(Int)
}

/// The demands on the members of an object.
struct SchemaMembers: Sendable {
    var named: [ExactText: Int] = [:]
    private(set) var matching: [(pattern: TextPattern, node: Int)] = []
    var others: Int?
    /// The number of instructions of the patterns.
    private(set) var patternSize = 0

    /// Adds a schema for the members with names matching a pattern.
    mutating func add(_ pattern: TextPattern, _ node: Int) {
        matching.append((pattern, node))
        patternSize += pattern.program.count
    }
}

/// A least and a most.
struct SchemaCount: Hashable, Sendable {
    var least = 0
    var most: Int?
}

/// The four ways to bound a number.
enum SchemaBound: String, Sendable {
    case minimum
    case maximum
    case exclusiveMinimum
    case exclusiveMaximum

    /// True if it is a least number, and not a greatest one.
    var isLowest: Bool { self == .minimum || self == .exclusiveMinimum }

    /// True if the number itself is out of bounds.
    var isExclusive: Bool { self == .exclusiveMinimum || self == .exclusiveMaximum }
}

/// The types allowed for a value.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: UInt8

    private static let names = ["null", "boolean", "number", "string", "array", "object", "integer"]
    private static let integer = SchemaTypes(named: "integer")

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The type of a name; empty for an unknown name.
    init(named name: String) { self.init(rawValue: Self.names.firstIndex(of: name).map { 1 << $0 } ?? 0) }

    /// The names.
    var names: [String] { Self.names.indices.filter { rawValue >> $0 & 1 == 1 }.map { Self.names[$0] } }

    /// Returns true if the value is of one of the types.
    func contains(_ value: EventValue) -> Bool {
        switch value {
        case .null: rawValue & 1 != 0
        case .bool: rawValue & 2 != 0
        case .number(let number): rawValue & 4 != 0 || (contains(Self.integer) && SchemaNumber(number).isInteger)
        case .string: rawValue & 8 != 0
        case .array: rawValue & 16 != 0
        case .object: rawValue & 32 != 0
        }
    }
}
