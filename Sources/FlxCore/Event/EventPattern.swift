/// A pattern over the dotted names of event types, like a topic pattern of AMQP.
///
/// `*` matches exactly one segment and `#` any number of segments, also none; everything else matches itself. So `pipeline.*` matches
/// `pipeline.created`, `pipeline.#` also `pipeline.step.added` and `pipeline`. The whole pattern `*` matches every type, as on the legacy
/// bus; so does `#`.
public struct EventPattern: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    private enum Segment: Hashable {
        case one
        case any
        case text([UInt8])

        init(_ bytes: Substring.UTF8View) {
            self = bytes.elementsEqual("*".utf8) ? .one : bytes.elementsEqual("#".utf8) ? .any : .text(Array(bytes))
        }

        func matches(_ name: Substring.UTF8View) -> Bool {
            if case .text(let bytes) = self { bytes.elementsEqual(name) } else { true }
        }
    }

    /// The text of the pattern.
    public let description: String
    private let segments: [Segment]

    /// Every type.
    public static let all: EventPattern = "#"

    /// True if the pattern has no wildcard and so is the name of one type.
    public var isLiteral: Bool { !segments.contains { $0 == .one || $0 == .any } }

    /// Checks and takes a pattern of 1 to 256 bytes.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/limitExceeded``.
    public init(_ text: String) throws(FlxError) {
        description = try NameRule.checked(text, field: "pattern")
        segments = text == "*" ? [.any] : Self.split(text).map(Segment.init)
    }

    /// Creates a literal pattern; an invalid one is a programmer's error and traps.
    public init(stringLiteral text: String) {
        self = NameRule.literal { () throws(FlxError) in try Self(text) }
    }

    /// Creates a pattern for exactly one type.
    public init(_ type: EventType) {
        description = type.description
        segments = Self.split(type.description).map { .text(Array($0)) }
    }

    /// Byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        ExactText.same(left.description, right.description) && left.segments == right.segments
    }

    /// Equal for equal bytes.
    public func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }

    /// The segments, cut at the byte `.`: a combining character after the dot makes no difference.
    private static func split(_ text: String) -> [Substring.UTF8View] {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    /// Returns true if the type matches. The work is bounded by the product of the two numbers of segments.
    public func matches(_ type: EventType) -> Bool {
        if segments == [.any] { return true }
        if isLiteral { return ExactText.same(description, type.description) }
        let names = Self.split(type.description)
        // Greedy with one point of return, as for globs: only the last `#` ever needs to take one segment more.
        var (pattern, name) = (0, 0)
        var retry: (pattern: Int, name: Int)?
        while name < names.count {
            if pattern < segments.count, segments[pattern] == .any {
                retry = (pattern + 1, name)
                pattern += 1
            } else if pattern < segments.count, segments[pattern].matches(names[name]) {
                pattern += 1
                name += 1
            } else if let point = retry {
                retry = (point.pattern, point.name + 1)
                (pattern, name) = (point.pattern, point.name + 1)
            } else {
                return false
            }
        }
        return segments[pattern...].allSatisfy { $0 == .any }
    }
}
