public import FlxCore

/// The promises required of a new version of a schema.
public enum SchemaCompatibility: String, CaseIterable, Hashable, Sendable {
    /// Nothing.
    case none
    /// New readers read values of the old version.
    case backward
    /// Old readers read values of the new version.
    case forward
    /// Both.
    case full
}

/// One reason against compatibility: readers of one version of a schema may not read all values of writers of the other.
public struct SchemaFinding: Hashable, Sendable, CustomStringConvertible {
    /// ``SchemaCompatibility/backward`` for new readers, ``SchemaCompatibility/forward`` for old ones.
    public let direction: SchemaCompatibility
    /// The JSON pointer of the place in the reader's schema; empty for all of it.
    public let place: String
    /// The reason, as the rest of a sentence about the place: values that may be written but not read.
    public let reason: String
    /// A value of the event that may be written and is refused, as a proof; nil if it is neither proven nor ruled out.
    public let example: EventValue?

    init(direction: SchemaCompatibility, place: String, reason: String, example: EventValue? = nil) {
        (self.direction, self.place, self.reason, self.example) = (direction, place, reason, example)
    }

    /// True if there is a value that may be written and is refused; otherwise this is neither proven nor ruled out.
    public var isCertain: Bool { example != nil }

    /// All of it on one line, a long example cut.
    public var description: String {
        let text = "\(direction.rawValue): \(place.isEmpty ? "the event" : place) \(reason)"
        return example.map { "\(text), such as \($0.description.scalarPrefix(80))" } ?? text
    }
}

/// The verdict on a change: it keeps a compatibility, breaks it, or cannot be decided.
public enum SchemaVerdict: Hashable, Sendable {
    /// Kept: readers refuse no value that may be written.
    case compatible
    /// Broken. The findings name the values that may be written and are refused, with an example, and the undecided parts.
    case breaks([SchemaFinding])
    /// Not proven. The findings name the undecided parts, and the reasons.
    case unknown([SchemaFinding])

    /// A verdict by findings.
    package init(_ findings: [SchemaFinding]) {
        self = findings.isEmpty ? .compatible : findings.contains(where: \.isCertain) ? .breaks(findings) : .unknown(findings)
    }

    /// The reasons against; none for a compatible change.
    public var findings: [SchemaFinding] {
        switch self {
        case .compatible: []
        case .breaks(let findings), .unknown(let findings): findings
        }
    }
}
