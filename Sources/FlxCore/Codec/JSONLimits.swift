/// The limits of a JSON text.
///
/// Every limit is checked before any memory is allocated for the limited part. Beyond a limit the error is ``FlxError/Code/limitExceeded``.
public struct JSONLimits: Sendable, Hashable {
    /// The largest text in bytes: 1 MiB.
    public var maximumBytes: Int
    /// The deepest nesting of arrays and objects: 64. More than 512 counts as 512.
    public var maximumDepth: Int
    /// The longest key in bytes between its quotes: 1,024.
    public var maximumKeyBytes: Int
    /// The longest number in bytes: 1,024.
    public var maximumNumberBytes: Int

    /// The limits for reading events.
    public static let standard = JSONLimits()

    /// The limits for data already in memory as a whole: its length was limited on arrival.
    package static let inMemory = JSONLimits(maximumBytes: .max)

    /// No limit exceeds this depth, so recursive code over a value keeps its stack.
    static let deepest = 512

    /// Creates limits. Each has its standard value by default.
    public init(maximumBytes: Int = 1 << 20, maximumDepth: Int = 64, maximumKeyBytes: Int = 1024, maximumNumberBytes: Int = 1024) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumKeyBytes = maximumKeyBytes
        self.maximumNumberBytes = maximumNumberBytes
    }

    /// The reason for refusing a key that is too long in its JSON form; nil if readers accept it.
    func refusal(ofKey key: String) -> String? {
        // No escape is longer than six bytes for one.
        guard key.utf8.count > maximumKeyBytes / 6 else { return nil }
        let count = JSONEscapes.count(of: key)
        return count <= maximumKeyBytes ? nil : "a key has \(count) bytes in JSON: at most \(maximumKeyBytes) are allowed"
    }
}

/// The treatment of an object with a repeated key. RFC 8259 allows repeated keys without giving them a meaning.
public enum DuplicateKeys: Sendable, Hashable {
    /// It is ``FlxError/Code/malformed``: two programs could read two different events from the same bytes.
    case refused
    /// The grammar alone counts. Types and ``EventValue`` keep the last value.
    case allowed
}

/// The six kinds of JSON values.
public enum JSONKind: Sendable, Hashable {
    /// `null`
    case null
    /// `true` or `false`
    case bool
    /// A number of any size.
    case number
    /// A text in quotes.
    case string
    /// `[…]`
    case array
    /// `{…}`
    case object

    /// The kind with its article, for messages.
    var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The kind of value with this first byte; nil if no value starts with it.
    init?(firstByte: UInt8) {
        switch firstByte {
        case UInt8(ascii: "{"): self = .object
        case UInt8(ascii: "["): self = .array
        case UInt8(ascii: "\""): self = .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): self = .bool
        case UInt8(ascii: "n"): self = .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
        default: return nil
        }
    }
}
