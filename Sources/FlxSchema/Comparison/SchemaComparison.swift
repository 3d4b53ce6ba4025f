public import FlxCore

/// The comparison of two versions of a schema, by the values written with one of them and read with the other.
///
/// "Compatible" is a guarantee: the reader's schema refuses no value written with the other schema. The writer's values are those that fit
/// the writer's schema, with one restriction: if a schema describes an object, writers write only fields mentioned in it, unless
/// `additionalProperties`, `patternProperties` or `unevaluatedProperties` allow others. A branch that does not fit the object mentions
/// nothing. Readers ignore fields not mentioned in their schema, unless it refuses them. Formats are checked, as by a reader that asserts
/// formats.
///
/// Some questions about two schemas have no computable answer. Then the verdict is ``SchemaVerdict/unknown(_:)``, with the reason.
public struct SchemaComparison: Sendable {
    /// The verdict on new readers for values of the old schema.
    public let backward: SchemaVerdict
    /// The verdict on old readers for values of the new schema.
    public let forward: SchemaVerdict

    /// Compares an old schema with a new one.
    /// - Parameter resolver: The source of the documents referred to in the schemas. Without them the verdict is unknown.
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

    /// The strongest compatibility with a proof.
    public var compatibility: SchemaCompatibility {
        [.full, .backward, .forward].first { verdict(on: $0) == .compatible } ?? .none
    }
}
