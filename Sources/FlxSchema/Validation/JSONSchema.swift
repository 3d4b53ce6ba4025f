public import FlxCore

/// A JSON Schema of draft 2020-12, compiled once for many checks.
///
/// ```swift
/// let schema = try JSONSchema(["type": "object", "required": ["total"], "properties": ["total": ["minimum": 0]]])
/// let violations = try schema.violations(of: ["total": -1])
/// // /total must be at least 0, and is -1 (#/properties/total/minimum)
/// ```
///
/// All of the standard's vocabularies are supported, with its dynamic references. `format` is an annotation without any effect, unless the
/// caller or the dialect wants it asserted. Patterns are the regular expressions of ECMA-262 without references back, looking behind and
/// scripts.
///
/// Schemas and values may come from anywhere: the work of compiling and the work for each value are both bounded.
public struct JSONSchema: Sendable {
    /// The schema as it was given.
    public let document: EventValue
    let program: SchemaProgram

    /// Compiles a schema.
    /// - Parameters:
    ///   - document: An object, `true` or `false`.
    ///   - uri: Its origin, for relative references; its own `$id` takes precedence.
    ///   - resolver: The source of the other documents it refers to. The standard's own are always known.
    ///   - assertingFormats: True to check `format`: ``assertedFormats`` are checked; `idn-email`, `idn-hostname` and unknown ones are not.
    /// - Throws: ``FlxError/Code/invalidValue`` for a schema with an impossible keyword, ``FlxError/Code/notFound`` for a reference to
    ///   nothing, ``FlxError/Code/limitExceeded`` for one that is too large; each with the place.
    public init(
        _ document: EventValue, at uri: String = "", resolving resolver: SchemaResolver = .none, assertingFormats: Bool = false
    ) throws(FlxError) {
        var compiler = SchemaCompiler(resolver: resolver, assertsFormats: assertingFormats)
        program = try compiler.compile(document, at: uri)
        self.document = document
    }

    /// Throws for a document that is no schema or has an impossible keyword, as ``init(_:at:resolving:assertingFormats:)`` does.
    ///
    /// A reference to another document is no fault: the document may be missing here and present at the place of use.
    /// - Parameter takingAnyDialect: True to accept an unknown dialect, and any reference to nothing, too.
    package static func check(
        _ document: EventValue, resolving resolver: SchemaResolver = .none, takingAnyDialect: Bool = false
    ) throws(FlxError) {
        var compiler = SchemaCompiler(resolver: resolver, assertsFormats: false, takesAnyDialect: takingAnyDialect)
        do throws(FlxError) {
            _ = try compiler.compile(document, at: "")
        } catch {
            // A reference to nothing within an existing document is wrong everywhere.
            guard error.code == .notFound, takingAnyDialect || compiler.lacksDocument else { throw error }
        }
    }

    /// The violations of a schema by a value; empty if it fits.
    /// - Throws: ``FlxError/Code/limitExceeded`` if the answer would take more work than the limits allow.
    public func violations(of value: EventValue, limits: SchemaLimits = .standard) throws(FlxError) -> [SchemaViolation] {
        var run = SchemaRun(program, limits: limits, isQuiet: false)
        _ = try run.check(0, value)
        return run.violations
    }

    /// Returns true if a value fits. For other values it is quicker than ``violations(of:limits:)``.
    /// - Throws: ``FlxError/Code/limitExceeded`` if the answer would take more work than the limits allow.
    public func accepts(_ value: EventValue, limits: SchemaLimits = .standard) throws(FlxError) -> Bool {
        var run = SchemaRun(program, limits: limits, isQuiet: true)
        return try run.check(0, value)
    }
}

/// The limit of the work of a schema for one value.
public struct SchemaLimits: Hashable, Sendable {
    /// The most steps: 150,000. A step is one schema asked of one part of the value, 16 bytes of a text compared, one text given to a
    /// pattern, or 8 visits of a pattern's instructions.
    public var maximumSteps: Int
    /// The maximum nesting of schemas within each other: 192, three for each level of a value. Each takes about 2 KB of the stack. Threads
    /// of the pool have 512 KB on macOS.
    public var maximumDepth: Int
    /// The maximum number of violations reported: 100.
    public var maximumViolations: Int

    /// The limits for validating events.
    public static let standard = SchemaLimits()

    /// Creates limits. Each has its standard value by default.
    public init(maximumSteps: Int = 150_000, maximumDepth: Int = 192, maximumViolations: Int = 100) {
        self.maximumSteps = maximumSteps
        self.maximumDepth = maximumDepth
        self.maximumViolations = maximumViolations
    }
}
