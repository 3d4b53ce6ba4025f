public import FlxCore
import OrderedCollections

/// A demand on a field beyond its type, for `@Constraint` and ``PayloadSchema``.
public struct SchemaConstraint: Sendable {
    /// The keywords of JSON Schema for it.
    let keywords: [(String, EventValue)]

    private init(_ keywords: (String, EventValue?)...) {
        self.keywords = keywords.compactMap { keyword, value in value.map { (keyword, $0) } }
    }

    /// A number from one to another.
    public static func range(_ range: ClosedRange<some SchemaBoundary>) -> Self {
        Self(("minimum", range.lowerBound.jsonNumber), ("maximum", range.upperBound.jsonNumber))
    }

    /// A number from one up to, and without, another.
    public static func range(_ range: Range<some SchemaBoundary>) -> Self {
        Self(("minimum", range.lowerBound.jsonNumber), ("exclusiveMaximum", range.upperBound.jsonNumber))
    }

    /// A number from one on.
    public static func range(_ range: PartialRangeFrom<some SchemaBoundary>) -> Self { Self(("minimum", range.lowerBound.jsonNumber)) }

    /// A number up to another.
    public static func range(_ range: PartialRangeThrough<some SchemaBoundary>) -> Self { Self(("maximum", range.upperBound.jsonNumber)) }

    /// A number below another.
    public static func range(_ range: PartialRangeUpTo<some SchemaBoundary>) -> Self {
        Self(("exclusiveMaximum", range.upperBound.jsonNumber))
    }

    /// A whole number of times a number.
    public static func multiple(of divisor: some SchemaBoundary) -> Self { Self(("multipleOf", divisor.jsonNumber)) }

    /// A text with a number of Unicode scalars in the range.
    public static func length(_ range: ClosedRange<Int>) -> Self {
        Self(("minLength", .int(range.lowerBound)), ("maxLength", .int(range.upperBound)))
    }

    /// A text of at least `range.lowerBound` Unicode scalars.
    public static func length(_ range: PartialRangeFrom<Int>) -> Self { Self(("minLength", .int(range.lowerBound))) }

    /// A text of at most `range.upperBound` Unicode scalars.
    public static func length(_ range: PartialRangeThrough<Int>) -> Self { Self(("maxLength", .int(range.upperBound))) }

    /// An array with a number of elements in the range.
    public static func count(_ range: ClosedRange<Int>) -> Self {
        Self(("minItems", .int(range.lowerBound)), ("maxItems", .int(range.upperBound)))
    }

    /// An array of at least `range.lowerBound` elements.
    public static func count(_ range: PartialRangeFrom<Int>) -> Self { Self(("minItems", .int(range.lowerBound))) }

    /// An array of at most `range.upperBound` elements.
    public static func count(_ range: PartialRangeThrough<Int>) -> Self { Self(("maxItems", .int(range.upperBound))) }

    /// A text with a match of a regular expression; see ``JSONSchema`` for its grammar.
    public static func pattern(_ pattern: String) -> Self { Self(("pattern", .string(pattern))) }

    /// A text of a format, such as `email`: a note for readers, and asserted with asserted formats.
    public static func format(_ name: String) -> Self { Self(("format", .string(name))) }

    /// One of some values.
    public static func oneOf(_ values: EventValue...) -> Self { Self(("enum", .array(values))) }

    /// An array without equal elements.
    public static let unique = Self(("uniqueItems", true))
}

extension EventValue {
    /// Adds a keyword to a schema. Of two bounds the tighter one counts.
    mutating func ask(_ keyword: String, _ value: EventValue) {
        guard let known = self[keyword], known != value else {
            self[keyword] = value
            return
        }
        if let old = known.number.map(SchemaNumber.init), let new = value.number.map(SchemaNumber.init), keyword != "multipleOf" {
            let isLeast = keyword.begins(with: "min") || keyword.begins(with: "exclusiveMin")
            if isLeast ? old < new : new < old { self[keyword] = value }
        } else if let old = known.array, let new = value.array, new.allSatisfy(old.contains) {
            self[keyword] = value
        } else {
            self["allOf"] = .array((self["allOf"]?.array ?? []) + [[keyword: value]])
        }
    }
}

/// A number that can bound a field.
public protocol SchemaBoundary: Comparable, Sendable {
    /// The number in JSON; nil if it has no form there.
    var jsonNumber: EventValue? { get }
}

extension Int: SchemaBoundary {
    /// The number in JSON.
    public var jsonNumber: EventValue? { .int(self) }
}

extension Double: SchemaBoundary {
    /// The number in JSON; nil for NaN and infinity.
    public var jsonNumber: EventValue? { EventValue(self) }
}
