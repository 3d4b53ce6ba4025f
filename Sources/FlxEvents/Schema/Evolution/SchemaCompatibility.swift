public import FlxCore
import OrderedCollections

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

/// One reason why readers of one version of a schema cannot read all that writers of another write.
public struct SchemaBreak: Hashable, Sendable, CustomStringConvertible {
    /// ``SchemaCompatibility/backward`` where new readers fail, ``SchemaCompatibility/forward`` where old ones do.
    public let direction: SchemaCompatibility
    /// The JSON pointer of the place in the reader's schema; empty for all of it.
    public let place: String
    /// What may be written and is not read.
    public let reason: String

    /// All of it on one line.
    public var description: String { "\(direction.rawValue): \(place.isEmpty ? "the event" : place) \(reason)" }
}

/// Two versions of a schema, compared by what each of them takes.
///
/// A field that a version does not name is taken as not written by it, and one that readers do not name is passed over, unless they
/// refuse unknown fields. What cannot be compared, such as a changed `not`, counts as a break.
public struct SchemaComparison: Sendable {
    /// All reasons, those of ``SchemaCompatibility/backward`` first.
    public let breaks: [SchemaBreak]

    /// Compares an old schema with a new one.
    public init(from old: EventValue, to new: EventValue) {
        var backward = SchemaContainment(writer: old, reader: new)
        var forward = SchemaContainment(writer: new, reader: old)
        breaks =
            backward.run().map { SchemaBreak(direction: .backward, place: $0, reason: $1) }
            + forward.run().map { SchemaBreak(direction: .forward, place: $0, reason: $1) }
    }

    /// The reasons that stand against a compatibility; none when it is kept.
    public func breaks(of compatibility: SchemaCompatibility) -> [SchemaBreak] {
        switch compatibility {
        case .none: []
        case .full: breaks
        default: breaks.filter { $0.direction == compatibility }
        }
    }

    /// The strongest compatibility that is kept.
    public var compatibility: SchemaCompatibility {
        [.full, .backward, .forward].first { breaks(of: $0).isEmpty } ?? .none
    }
}

extension EventValue {
    private static let annotations: Set<ExactText> = [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$schema", "$id",
    ]

    /// A schema without what says something and asks nothing, at its own level.
    var assertions: EventValue {
        guard case .object(let fields) = self else { return self }
        return .object(fields.filter { !Self.annotations.contains($0.key) })
    }

    /// A schema without annotations at any level, for comparison. Keys that name members or values are left alone.
    var bareSchema: EventValue {
        var schema = assertions
        for (keys, inner) in schema.subschemas { schema.replace(at: keys, with: inner.bareSchema) }
        return schema
    }

    private mutating func replace(at keys: [String], with value: EventValue) {
        guard keys.count > 1 else {
            self[keys[0]] = value
            return
        }
        if case .array(var elements)? = self[keys[0]], let index = Int(keys[1]), elements.indices.contains(index) {
            elements[index] = value
            self[keys[0]] = .array(elements)
        } else {
            self[keys[0]]?[keys[1]] = value
        }
    }
}
