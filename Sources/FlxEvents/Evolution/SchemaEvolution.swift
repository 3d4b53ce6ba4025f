import FlxCore

/// The known schemas and the steps between their versions: the demands on a new version, and their proof.
package struct SchemaEvolution {
    private var known: [EventSchema]
    private let chain: UpcasterChain
    private let resolver: SchemaResolver

    /// Joins the registered schemas, the steps for reading them, and the source of documents referred to in schemas.
    package init(known: [EventSchema], chain: UpcasterChain, resolving resolver: SchemaResolver = .none) {
        (self.known, self.chain, self.resolver) = (known, chain, resolver)
    }

    /// The schemas not yet known, by name, then by version.
    /// - Throws: ``FlxError/Code/registration`` for a version known with other fields, or one that breaks the compatibility.
    func additions(of schemas: [EventSchema], keeping compatibility: SchemaCompatibility) throws(FlxError) -> [EventSchema] {
        var (all, new) = (self, [EventSchema]())
        for schema in schemas.sorted(by: { $0.subject < $1.subject }) {
            if let same = all.known.first(where: { $0.subject == schema.subject }) {
                guard same.isSame(as: schema) else {
                    throw FlxError(.registration, "\(schema.subject) is registered with another schema: raise the version of the new one")
                }
                continue
            }
            for (old, new, verdict) in all.verdicts(on: schema, keeping: compatibility) {
                try Self.check(verdict, from: old, to: new, compatibility)
            }
            all.known.append(schema)
            new.append(schema)
        }
        return new
    }

    /// The comparison of a schema with each older version, and of each newer version with it. An older version is compared only while the
    /// versions between it and the schema keep the compatibility: after one break older versions do not matter.
    package func verdicts(
        on schema: EventSchema, keeping compatibility: SchemaCompatibility
    ) -> [(old: EventSchema, new: EventSchema, verdict: SchemaVerdict)] {
        let versions = known.filter { $0.subject.type == schema.subject.type }.sorted { $0.subject < $1.subject }
        var verdicts: [(old: EventSchema, new: EventSchema, verdict: SchemaVerdict)] = []
        func follow(_ others: [EventSchema], _ pair: (EventSchema, EventSchema) -> (old: EventSchema, new: EventSchema)) {
            var last: EventSchema?
            for other in others {
                if let last, verdict(from: pair(last, other).old, to: pair(last, other).new, compatibility) != .compatible { return }
                let (old, new) = pair(schema, other)
                verdicts.append((old, new, verdict(from: old, to: new, compatibility)))
                last = other
            }
        }
        follow(versions.filter { $0.subject < schema.subject }.reversed()) { ($1, $0) }
        follow(versions.filter { schema.subject < $0.subject }) { ($0, $1) }
        // Other types with events that become those of the schema, or the other way round.
        for other in known where other.subject.type != schema.subject.type {
            for (old, new) in [(other, schema), (schema, other)] where chain.leads(from: old.subject, to: new.subject) {
                verdicts.append((old, new, verdict(from: old, to: new, compatibility)))
            }
        }
        return verdicts
    }

    /// The known versions with steps to another one that have an unknown result until they are run.
    package func guessed(for subject: EventVersion) -> [EventVersion] {
        known.filter { schema in
            if case .unknown = chain.outcome(of: schema, for: subject) { true } else { false }
        }.map(\.subject)
    }

    private func verdict(from old: EventSchema, to new: EventSchema, _ compatibility: SchemaCompatibility) -> SchemaVerdict {
        let asksBackward = compatibility == .backward || compatibility == .full
        let asksForward = (compatibility == .forward || compatibility == .full) && !chain.leadsDown(from: new.subject, to: old.subject)
        var findings: [SchemaFinding] = []
        if asksBackward {
            switch chain.outcome(of: old, for: new.subject) {
            case .itself: findings += comparison(old.document, new).backward.findings
            case .known(let documents): for document in documents { findings += comparison(document, new).backward.findings }
            case .unknown, .nothing: break
            }
        }
        if asksForward, old.subject.type == new.subject.type {
            findings += comparison(old.document, new).forward.findings
        }
        return SchemaVerdict(findings)
    }

    private func comparison(_ old: EventValue, _ new: EventSchema) -> SchemaComparison {
        SchemaComparison(from: old, to: new.document, resolving: resolver)
    }

    private static func check(
        _ verdict: SchemaVerdict, from old: EventSchema, to new: EventSchema, _ compatibility: SchemaCompatibility
    ) throws(FlxError) {
        guard let first = verdict.findings.first(where: \.isCertain) ?? verdict.findings.first else { return }
        let rest = verdict.findings.count > 1 ? "; and \(verdict.findings.count - 1) more" : ""
        let (what, advice) =
            if case .breaks = verdict {
                (
                    "\(new.subject) breaks the promise to readers of \(old.subject): \(first)\(rest)",
                    "change it, or read old events through an upcaster and register with that chain (reading: or --upcasters), "
                        + "or register with a weaker compatibility"
                )
            } else {
                (
                    "whether \(new.subject) keeps \(compatibility.rawValue) compatibility with \(old.subject) cannot be proven: "
                        + "\(first)\(rest)",
                    "write the change in a form that can be compared, or read old events through an upcaster and register with that "
                        + "chain (reading: or --upcasters), or make sure of it yourself and register with a weaker compatibility"
                )
            }
        throw FlxError(.registration, "\(what); \(advice)")
    }
}
