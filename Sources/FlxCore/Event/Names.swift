/// The rule for names: 1 to 256 bytes of UTF-8 without control characters and noncharacters.
///
/// Names travel into indexes, routing keys, logs and terminals. Anything harmful to one of them is refused here, once.
package enum NameRule {
    /// The longest name, in bytes of UTF-8.
    package static let maximumBytes = 256

    /// Checks a text and returns it.
    package static func checked(
        _ text: String, field: StaticString, forbidding forbidden: UInt8? = nil, maximumBytes: Int = NameRule.maximumBytes
    ) throws(FlxError) -> String {
        let utf8 = text.utf8
        guard !utf8.isEmpty else { throw FlxError(.invalidValue, "\(field): must not be empty") }
        guard utf8.count <= maximumBytes else {
            throw FlxError(.limitExceeded, "\(field): \(utf8.count) bytes, the limit is \(maximumBytes)")
        }
        if forbidden == nil, AttributeText.isPlain(text) { return text }
        var isASCII = true
        for byte in utf8 {
            guard byte >= 0x20, byte != 0x7F, byte != forbidden else {
                throw FlxError(.invalidValue, "\(field): must not contain the character with code \(byte)")
            }
            if byte >= 0x80 { isASCII = false }
        }
        // Beyond ASCII there are the control characters U+0080 to U+009F, obeyed by some terminals, and the noncharacters.
        if !isASCII { try AttributeText.check(text, field: field) }
        return text
    }
}

/// The stable name of a kind of event, such as `pipeline.created`: 1 to 256 bytes, no control characters.
///
/// Dots separate segments, so patterns like `pipeline.*` can select a family.
public struct EventType: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    public let description: String

    /// Checks and takes a name.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public init(_ name: String) throws(FlxError) {
        description = try NameRule.checked(name, field: "type")
    }
}

/// The name of a stream, the unit of order and of optimistic concurrency: 1 to 256 bytes, no control characters.
///
/// The CloudEvents attribute is `subject`.
public struct StreamName: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    public let description: String

    /// Checks and takes a name.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public init(_ name: String) throws(FlxError) {
        description = try NameRule.checked(name, field: "stream")
    }

    /// The first bytes of the names of system streams. The library keeps its own records there.
    ///
    /// Only the library writes to them. A broker neither gets their events nor delivers them. A selection leaves them out, unless it
    /// selects ``Selection/Scope/everything``, such a stream by its name, or a prefix that begins with this one.
    public static let systemPrefix = "flx-"

    /// True for a stream of the library's own records.
    public var isSystem: Bool { Self.isSystem(description) }

    /// Returns true if a text begins as the names of system streams do.
    static func isSystem(_ text: String) -> Bool { text.utf8.starts(with: systemPrefix.utf8) }
}

/// A label for finding events across streams, such as `course:c1`: 1 to 256 bytes, no control characters and no comma.
public struct Tag: Hashable, Sendable, CustomStringConvertible {
    /// The label itself.
    public let description: String

    /// Checks and takes a label.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public init(_ label: String) throws(FlxError) {
        description = try NameRule.checked(label, field: "tag", forbidding: UInt8(ascii: ","))
    }
}

extension EventType: ExpressibleByStringLiteral, Comparable {
    /// Creates a literal name; an invalid one is a programmer's error and traps.
    public init(stringLiteral name: String) {
        self = NameRule.literal { () throws(FlxError) in try Self(name) }
    }

    /// Byte for byte.
    public static func == (left: Self, right: Self) -> Bool { ExactText.same(left.description, right.description) }
    /// Equal for equal bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }
    /// In the order of the bytes of the names.
    public static func < (left: Self, right: Self) -> Bool { ExactText.precedes(left.description, right.description) }
}

extension StreamName: ExpressibleByStringLiteral, Comparable {
    /// Creates a literal name; an invalid one is a programmer's error and traps. Use ``init(_:)`` for names from outside.
    public init(stringLiteral name: String) {
        self = NameRule.literal { () throws(FlxError) in try Self(name) }
    }

    /// Byte for byte.
    public static func == (left: Self, right: Self) -> Bool { ExactText.same(left.description, right.description) }
    /// Equal for equal bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }
    /// In the order of the bytes of the names.
    public static func < (left: Self, right: Self) -> Bool { ExactText.precedes(left.description, right.description) }
}

extension Tag: ExpressibleByStringLiteral, Comparable {
    /// Creates a literal label; an invalid one is a programmer's error and traps. Use ``init(_:)`` for labels from outside.
    public init(stringLiteral label: String) {
        self = NameRule.literal { () throws(FlxError) in try Self(label) }
    }

    /// Byte for byte.
    public static func == (left: Self, right: Self) -> Bool { ExactText.same(left.description, right.description) }
    /// Equal for equal bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }
    /// In the order of the bytes of the labels.
    public static func < (left: Self, right: Self) -> Bool { ExactText.precedes(left.description, right.description) }
}

extension NameRule {
    /// Traps with the reason when a literal of the program breaks the rule.
    static func literal<Name>(_ make: () throws(FlxError) -> Name) -> Name {
        do {
            return try make()
        } catch {
            preconditionFailure(error.message)
        }
    }
}
