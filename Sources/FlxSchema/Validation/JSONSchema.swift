public import FlxCore

/// A JSON Schema of draft 2020-12, compiled once and asked often.
///
/// ```swift
/// let schema = try JSONSchema(["type": "object", "required": ["total"], "properties": ["total": ["minimum": 0]]])
/// let violations = try schema.violations(of: ["total": -1])
/// // /total must be at least 0, and is -1 (#/properties/total/minimum)
/// ```
///
/// All of the standard's vocabularies are known, with its dynamic references. `format` says something and asks nothing, unless the caller
/// or the dialect wants it asserted. Patterns are the regular expressions of ECMA-262 without references back, looking behind and scripts.
///
/// Schemas and values may come from anywhere: what is compiled and what is done for a value are both bounded.
public struct JSONSchema: Sendable {
    /// The schema as it was given.
    public let document: EventValue
    let program: SchemaProgram

    /// Compiles a schema.
    /// - Parameters:
    ///   - document: An object, `true` or `false`.
    ///   - uri: Where it comes from, for relative references; its own `$id` goes before.
    ///   - resolver: Knows the other documents that it refers to. The standard's own are always known.
    ///   - assertingFormats: Whether `format` is asked for: ``assertedFormats`` are; `idn-email`, `idn-hostname` and unknown ones are not.
    /// - Throws: ``FlxError/Code/invalidValue`` for a schema that says something impossible, ``FlxError/Code/notFound`` for a reference to
    ///   nothing, ``FlxError/Code/limitExceeded`` for one that is too large; each with the place.
    public init(
        _ document: EventValue, at uri: String = "", resolving resolver: SchemaResolver = .none, assertingFormats: Bool = false
    ) throws(FlxError) {
        var compiler = SchemaCompiler(resolver: resolver, assertsFormats: assertingFormats)
        program = try compiler.compile(document, at: uri)
        self.document = document
    }

    /// Throws for a document that is no schema or says something impossible, as ``init(_:at:resolving:assertingFormats:)`` does.
    ///
    /// A reference to another document is no fault: that may be missing here and be there where the schema is used.
    /// - Parameter takingAnyDialect: Whether a dialect that is not known, and any reference to nothing, pass too.
    package static func check(
        _ document: EventValue, resolving resolver: SchemaResolver = .none, takingAnyDialect: Bool = false
    ) throws(FlxError) {
        var compiler = SchemaCompiler(resolver: resolver, assertsFormats: false, takesAnyDialect: takingAnyDialect)
        do throws(FlxError) {
            _ = try compiler.compile(document, at: "")
        } catch {
            // A reference to nothing in a document that is there leads nowhere anywhere.
            guard error.code == .notFound, takingAnyDialect || compiler.lacksDocument else { throw error }
        }
    }

    /// The ways in which a value does not fit; none when it does.
    /// - Throws: ``FlxError/Code/limitExceeded`` when the answer would take more work than the limits allow.
    public func violations(of value: EventValue, limits: SchemaLimits = .standard) throws(FlxError) -> [SchemaViolation] {
        var run = SchemaRun(program, limits: limits, isQuiet: false)
        _ = try run.check(0, value)
        return run.violations
    }

    /// Returns true if a value fits; quicker than ``violations(of:limits:)`` where it does not.
    /// - Throws: ``FlxError/Code/limitExceeded`` when the answer would take more work than the limits allow.
    public func accepts(_ value: EventValue, limits: SchemaLimits = .standard) throws(FlxError) -> Bool {
        var run = SchemaRun(program, limits: limits, isQuiet: true)
        return try run.check(0, value)
    }
}

/// The limit of the work that a schema may need for one value.
public struct SchemaLimits: Hashable, Sendable {
    /// The most steps: 150,000. A step is one schema asked of one part of the value, 16 bytes of a text compared, one text given to a
    /// pattern, or 8 visits of a pattern's instructions.
    public var maximumSteps: Int
    /// The deepest nesting of schemas asked within each other: 192, three for each level of a value. Each takes about 2 KB of the stack, of
    /// which threads of the pool have 512 KB on macOS.
    public var maximumDepth: Int
    /// The most violations that are told: 100.
    public var maximumViolations: Int

    /// The limits that events are validated with.
    public static let standard = SchemaLimits()

    /// Makes limits; each has its standard value where it is left out.
    public init(maximumSteps: Int = 150_000, maximumDepth: Int = 192, maximumViolations: Int = 100) {
        self.maximumSteps = maximumSteps
        self.maximumDepth = maximumDepth
        self.maximumViolations = maximumViolations
    }
}
