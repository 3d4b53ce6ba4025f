import ArgumentParser
import FlxCore
import FlxEvents

extension SchemaCompatibility {
    /// Reads an argument.
    fileprivate static func argument(_ text: String) throws -> Self {
        guard let value = Self(rawValue: text) else { throw ValidationError("'\(text)' is none of none, backward, forward, full") }
        return value
    }
}

extension Schemas {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Registers a version of a schema.",
            discussion: """
                Example: flx schema add order.placed order.placed.json --schema-version 2

                A missing store is created. Versions already registered with the same content
                are left unchanged. With upcasters, older versions with a way to the new one
                are compared after upcasting.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var evolution: UpcasterOptions
        @OptionGroup var resolution: ResolveOptions

        @Argument(help: "The type.")
        var type: String

        @Argument(help: "The schema's file; - is standard input.", transform: Given.text)
        var file: String

        @Option(name: .customLong("schema-version"), help: "The version, from 1.")
        var version = 1

        @Option(
            help: "The compatibility with the version before it: none, backward, forward or full.",
            transform: SchemaCompatibility.argument)
        var keep = SchemaCompatibility.backward

        func run() async throws {
            try CommonOptions.check(schemaVersion: version)
            let schema = EventSchema(try EventType(type), version: version, try SchemaFile.value(file))
            let (chain, resolver) = (try evolution.loaded(), try resolution.resolver())
            let new = try await common.withStoreToFill { store in
                try await SchemaRegistry(in: store).register([schema], keeping: keep, reading: chain, resolving: resolver)
            }
            var sheet = Sheet()
            sheet.add("type", "type", .string(type))
            sheet.add("version", "version", Int64(version))
            sheet.add("isNew", "new", .bool(!new.isEmpty), new.isEmpty ? "no, it was registered before" : "yes")
            try sheet.write(as: common.format, to: common.console)
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks if a changed schema would break readers of the registered ones.",
            discussion: """
                Example: flx schema check order.placed order.placed.json --keep full

                backward: new readers read stored events. forward: old readers read future
                events. full: both. The changed schema is the next version. It is compared with
                the same versions as by flx schema add. With upcasters, a registered version is
                compared after upcasting. If the result of a step is known only at run time, as
                of a computed field, the version counts as readable, and is reported. Exit code
                2 if the change breaks the compatibility, or is not proven to keep it; the
                reasons of one version are listed.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var evolution: UpcasterOptions
        @OptionGroup var resolution: ResolveOptions

        @Argument(help: "The type.")
        var type: String

        @Argument(help: "The changed schema's file; - is standard input.", transform: Given.text)
        var file: String

        @Option(help: "The one registered version to compare with.")
        var against: Int?

        @Option(help: "The required compatibility: backward, forward or full.", transform: SchemaCompatibility.argument)
        var keep = SchemaCompatibility.backward

        func run() async throws {
            let new = try SchemaFile.value(file)
            let (chain, resolver) = (try evolution.loaded(), try resolution.resolver())
            _ = try JSONSchema(new, resolving: resolver)
            let registered = try await common.schemas().map(\.schema)
            let last = try registered.version(against, of: type)
            let next = EventSchema(last.subject.type, version: last.subject.version == .max ? .max : last.subject.version + 1, new)
            let evolution = SchemaEvolution(known: against == nil ? registered : [last], chain: chain, resolving: resolver)
            let (other, verdict) = Self.worst(evolution.verdicts(on: next, keeping: keep), on: next.subject) ?? (last.subject, .compatible)
            try common.list(verdict.findings)
            for version in evolution.guessed(for: next.subject) {
                common.console.say(
                    "\(version) counts as readable: the result of the upcasters is known only when they run; "
                        + "flx schema prove --upcasters shows it")
            }
            let reasons = Quantity.count(verdict.findings.count, "reason")
            switch verdict {
            case .compatible: return
            case .breaks:
                throw Failure(.found, "\(file) breaks \(keep.rawValue) compatibility with \(other): \(reasons)")
            case .unknown:
                throw Failure(
                    .found,
                    "\(file) is not proven to keep \(keep.rawValue) compatibility with \(other): \(reasons); "
                        + "write the change in a form that can be compared, or give --upcasters")
            }
        }

        /// The first verdict with a break, else the first unknown one, with the other version of the comparison.
        private static func worst(
            _ verdicts: [(old: EventSchema, new: EventSchema, verdict: SchemaVerdict)], on subject: EventVersion
        ) -> (EventVersion, SchemaVerdict)? {
            let breaking = verdicts.first { if case .breaks = $0.verdict { true } else { false } }
            return (breaking ?? verdicts.first { $0.verdict != .compatible }).map { pair in
                (pair.old.subject == subject ? pair.new.subject : pair.old.subject, pair.verdict)
            }
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows the differences between two registered versions for readers of each.",
            discussion: "Example: flx schema diff order.placed 1 2")

        @OptionGroup var common: CommonOptions
        @OptionGroup var resolution: ResolveOptions

        @Argument(help: "The type.")
        var type: String

        @Argument(help: "The older version.")
        var old: Int

        @Argument(help: "The newer version.")
        var new: Int

        func run() async throws {
            let (from, to) = (try await common.schema(type, old), try await common.schema(type, new))
            let comparison = SchemaComparison(from: from.document, to: to.document, resolving: try resolution.resolver())
            try common.list(comparison.verdict(on: .full).findings)
            common.console.say("from \(from.subject) to \(to.subject): \(comparison.compatibility.rawValue) compatibility")
        }
    }
}

extension CommonOptions {
    /// Shows reasons.
    fileprivate func list(_ findings: [SchemaFinding]) throws {
        let columns = ["breaks", "place", "reason", "proven", "example"].map { Column($0) }
        var listing = Listing(columns, as: format, to: console)
        for item in findings {
            try listing.add(
                [
                    item.direction.rawValue, item.place, item.reason, item.isCertain ? "yes" : "no",
                    item.example.map { String($0.description.prefix(80)) } ?? "",
                ],
                json: [
                    "breaks": .string(item.direction.rawValue), "place": .string(item.place), "reason": .string(item.reason),
                    "isProven": .bool(item.isCertain), "example": item.example ?? .null,
                ])
        }
        try listing.finish()
    }
}
