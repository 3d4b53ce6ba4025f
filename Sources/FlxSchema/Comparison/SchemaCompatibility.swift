public import FlxCore

/// The promises that a new version of a schema must keep.
public enum SchemaCompatibility: String, CaseIterable, Hashable, Sendable {
    /// Nothing.
    case none
    /// New readers read what was written by the old version.
    case backward
    /// Old readers read what is written by the new version.
    case forward
    /// Both.
    case full
}

/// One reason why readers of one version of a schema may not read all that writers of another write.
public struct SchemaFinding: Hashable, Sendable, CustomStringConvertible {
    /// ``SchemaCompatibility/backward`` where new readers are concerned, ``SchemaCompatibility/forward`` where old ones are.
    public let direction: SchemaCompatibility
    /// The JSON pointer of the place in the reader's schema; empty for all of it.
    public let place: String
    /// A value that may be written and is not read.
    public let reason: String
    /// A value of the event that may be written and is refused, which proves it; nil where it is neither proven nor ruled out.
    public let example: EventValue?

    init(direction: SchemaCompatibility, place: String, reason: String, example: EventValue? = nil) {
        (self.direction, self.place, self.reason, self.example) = (direction, place, reason, example)
    }

    /// True if something that may be written is refused; otherwise that is neither proven nor ruled out.
    public var isCertain: Bool { example != nil }

    /// All of it on one line, a long example cut.
    public var description: String {
        let text = "\(direction.rawValue): \(place.isEmpty ? "the event" : place) \(reason)"
        return example.map { "\(text), such as \($0.description.scalarPrefix(80))" } ?? text
    }
}

/// The answer to the question whether a change keeps a compatibility.
public enum SchemaVerdict: Hashable, Sendable {
    /// It is kept: nothing that may be written is refused by those who read it.
    case compatible
    /// It is broken. The findings name what may be written and is refused, with a value that shows it, and what could not be decided
    /// besides.
    case breaks([SchemaFinding])
    /// It is not proven. The findings name what could not be decided, and why.
    case unknown([SchemaFinding])

    /// A verdict by findings.
    package init(_ findings: [SchemaFinding]) {
        self = findings.isEmpty ? .compatible : findings.contains(where: \.isCertain) ? .breaks(findings) : .unknown(findings)
    }

    /// The reasons against; none where the change is compatible.
    public var findings: [SchemaFinding] {
        switch self {
        case .compatible: []
        case .breaks(let findings), .unknown(let findings): findings
        }
    }
}
