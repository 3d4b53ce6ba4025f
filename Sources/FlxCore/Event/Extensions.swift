/// The name of a CloudEvents extension attribute: lower-case ASCII letters and digits, 1 to 256 bytes.
///
/// The specification (section 3.1) recommends 20 characters at most; longer names of others are kept.
public struct ExtensionName: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name itself.
    public let description: String

    /// Names used by the specification or by the envelope itself.
    package static let reserved: Set<String> = [
        "id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time", "data", "data_base64",
    ]

    /// Checks and takes a name.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public init(_ name: String) throws(FlxError) {
        guard name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }) else {
            throw FlxError(.invalidValue, "extension '\(name.prefix(40))': only lower-case letters a-z and digits may stand in its name")
        }
        guard !Self.reserved.contains(name) else {
            throw FlxError(.invalidValue, "extension '\(name)': the name belongs to an attribute of its own")
        }
        description = try NameRule.checked(name, field: "extension")
    }

    /// Creates a literal name; an invalid one is a programmer's error and traps.
    public init(stringLiteral name: String) {
        self = NameRule.literal { () throws(FlxError) in try Self(name) }
    }

    /// In the order of the names.
    public static func < (left: Self, right: Self) -> Bool { ExactText.precedes(left.description, right.description) }
}

/// The value of an extension attribute, as the JSON form of CloudEvents can carry it.
///
/// Binary values, URIs and times are strings there.
public enum ExtensionValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number of 32 bits, as the specification limits it.
    case integer(Int32)
    /// A text.
    case string(String)

    /// A literal text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A literal number.
    public init(integerLiteral value: Int32) { self = .integer(value) }
    /// A literal truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension ExtensionValue: Hashable {
    /// The same kind with the same content, texts byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.string(let left), .string(let right)): ExactText.same(left, right)
        default: false
        }
    }

    /// Equal for equal values.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .string(let value): hasher.combine(ExactText(value))
        }
    }
}

/// The place of an event in a distributed trace, by W3C Trace Context.
public struct TraceContext: Hashable, Sendable {
    /// The header `traceparent`: version, trace id, parent id and flags, 55 bytes of lower-case hexadecimal and hyphens in version 00.
    public let parent: String
    /// The header `tracestate`, at most 512 bytes; nil when the vendor adds nothing.
    public let state: String?

    /// Checks and takes the two headers.
    /// - Throws: ``FlxError/Code/invalidValue`` when `parent` is not of the form of version 00, or an id in it is all zeros.
    public init(parent: String, state: String? = nil) throws(FlxError) {
        // The length first: a long text is not split.
        let fields = parent.utf8.count == 55 ? parent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false) : []
        let hexadecimal = parent.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == UInt8(ascii: "-") }
        guard hexadecimal, fields.map(\.count) == [2, 32, 16, 2], fields[0].elementsEqual("00".utf8),
            !fields[1].allSatisfy({ $0 == UInt8(ascii: "0") }), !fields[2].allSatisfy({ $0 == UInt8(ascii: "0") })
        else { throw FlxError(.invalidValue, "traceparent: '\(parent.prefix(60))' is not of W3C Trace Context, version 00") }
        guard (state?.utf8.count ?? 0) <= 512, state?.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) ?? true else {
            throw FlxError(.invalidValue, "tracestate: must be at most 512 bytes of printable ASCII")
        }
        self.parent = parent
        self.state = state
    }
}
