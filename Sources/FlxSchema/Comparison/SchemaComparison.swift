public import FlxCore

/// Two versions of a schema, compared by what is written with one of them and read with the other.
///
/// What is called compatible is so: no value that is written with one schema is refused by the other. Written is what fits the schema,
/// with one restriction: where a schema describes an object, a field that it does not mention is not written, unless it says so with
/// `additionalProperties`, `patternProperties` or `unevaluatedProperties`; a branch that the object does not fit mentions nothing.
/// Readers pass over fields that they do not mention, unless they refuse them. A format is asked for, as a reader who asserts formats does.
///
/// Not every question about two schemas has an answer that can be found. Where none is found, the verdict is
/// ``SchemaVerdict/unknown(_:)``, with the reason.
public struct SchemaComparison: Sendable {
    /// True if new readers read what was written by the old schema.
    public let backward: SchemaVerdict
    /// True if old readers read what is written by the new schema.
    public let forward: SchemaVerdict

    /// Compares an old schema with a new one.
    /// - Parameter resolver: Knows the documents that the schemas refer to; without them the verdict is unknown.
    public init(from old: EventValue, to new: EventValue, resolving resolver: SchemaResolver = .none) {
        do throws(FlxError) {
            let (before, after) = (try Self.program(old, "old", resolver), try Self.program(new, "new", resolver))
            // A document elsewhere may refer to annotations of these.
            let areBare = !before.refersToAnnotations && !after.refersToAnnotations
            guard (areBare ? old.bareSchema : old).canonical() != (areBare ? new.bareSchema : new).canonical() else {
                (backward, forward) = (.compatible, .compatible)
                return
            }
            for (program, name) in [(before, "old"), (after, "new")] {
                guard let node = program.circle else { continue }
                throw FlxError(.invalidValue, "the \(name) schema: \(node.location.scalarPrefix(200)): it refers to itself without an end")
            }
            backward = Self.verdict(.backward, writer: before, reader: after)
            forward = Self.verdict(.forward, writer: after, reader: before)
        } catch {
            func verdict(_ direction: SchemaCompatibility) -> SchemaVerdict {
                .unknown([SchemaFinding(direction: direction, place: "", reason: "cannot be compared: \(error.message)")])
            }
            (backward, forward) = (verdict(.backward), verdict(.forward))
        }
    }

    private static func program(_ schema: EventValue, _ name: String, _ resolver: SchemaResolver) throws(FlxError) -> SchemaProgram {
        var compiler = SchemaCompiler(resolver: resolver, assertsFormats: true, notesContent: true)
        do {
            return try compiler.compile(schema, at: "")
        } catch {
            throw FlxError(error.code, "the \(name) schema: \(error.message)")
        }
    }

    private static func verdict(_ direction: SchemaCompatibility, writer: SchemaProgram, reader: SchemaProgram) -> SchemaVerdict {
        var containment = SchemaContainment(writer: writer, reader: reader)
        return SchemaVerdict(
            containment.run().map { SchemaFinding(direction: direction, place: $0.place, reason: $0.reason, example: $0.example) })
    }

    /// Returns true if a compatibility is kept.
    public func verdict(on compatibility: SchemaCompatibility) -> SchemaVerdict {
        switch compatibility {
        case .none: .compatible
        case .backward: backward
        case .forward: forward
        case .full: SchemaVerdict(backward.findings + forward.findings)
        }
    }

    /// The strongest compatibility that is proven to be kept.
    public var compatibility: SchemaCompatibility {
        [.full, .backward, .forward].first { verdict(on: $0) == .compatible } ?? .none
    }
}
