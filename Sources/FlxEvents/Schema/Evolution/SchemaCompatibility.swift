/// What a new version of a schema must keep.
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
    /// What may be written and is not read.
    public let reason: String
    /// Whether something that may be written is refused; otherwise that is neither proven nor ruled out.
    public let isCertain: Bool

    /// All of it on one line.
    public var description: String { "\(direction.rawValue): \(place.isEmpty ? "the event" : place) \(reason)" }
}

/// The answer to the question whether a change keeps a compatibility.
public enum SchemaVerdict: Hashable, Sendable {
    /// It is kept: nothing that may be written is refused by those who read it.
    case compatible
    /// It is broken. The findings name what may be written and is refused, and what could not be decided besides.
    case breaks([SchemaFinding])
    /// It is not proven. The findings name what could not be decided, and why.
    case unknown([SchemaFinding])

    /// A verdict by findings.
    init(_ findings: [SchemaFinding]) {
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
