import ArgumentParser
import FlxCore
import FlxEvents

extension Schemas {
    struct Prove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows that stored events of every version fit their registered schema.",
            discussion: """
                Examples:
                  flx schema prove --sample 1000
                  flx schema prove --upcasters upcasters.json --strict

                Of each type and version the oldest and the newest events are read, and every
                hundredth between them; --all reads all. How many were read is told. A version
                without a schema is told of, and is no failure unless --strict is given. With
                upcasters (see flx export) it is what they make of an event that must fit. Exit
                code 2 when an event does not fit.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var evolution: UpcasterOptions
        @OptionGroup var resolution: ResolveOptions

        @Option(help: ArgumentHelp("The number of oldest and of newest events to read of each version.", valueName: "count"))
        var sample = 100

        @Flag(help: "Reads all events.")
        var all = false

        @Flag(help: "Versions without a schema fail too.")
        var strict = false

        func run() async throws {
            guard sample >= 1 else { throw Failure(.usage, "--sample: must be 1 or more") }
            let (strict, chain, resolver) = (strict, try evolution.loaded(), try resolution.resolver())
            let (proof, check) = try await common.withStore { store in
                let check = SchemaCheck(registered: try await SchemaRegistry(in: store).entries().map(\.schema), resolving: resolver)
                let proof = try await store.prove(sample: all ? .max : sample) { recorded in
                    for part in try await chain.upcasted(recorded, in: store) {
                        if strict, !check.covers(EventVersion(of: part.event)) {
                            throw FlxError(.notFound, "no schema is registered for \(EventVersion(of: part.event))")
                        }
                        guard let fault = try check.fault(of: part.event) else { continue }
                        throw FlxError(.schemaViolation, fault)
                    }
                }
                return (proof, check)
            }
            try show(proof) { chain.ends(of: $0).allSatisfy(check.covers) }
            common.console.say("\(Quantity.grouped(proof.tried)) of \(Quantity.count(Int(proof.events), "event")) read")
            guard proof.holds else {
                let versions = Quantity.count(proof.lines.count { $0.failed > 0 }, "version")
                throw Failure(.found, "\(versions) with events that do not fit")
            }
        }

        private func show(_ proof: ReadabilityProof, hasSchema: (EventVersion) -> Bool) throws {
            let columns = [
                Column("type"), Column("version", .right), Column("events", .right), Column("read", .right), Column("failed", .right),
                Column("schema"), Column("first reason"),
            ]
            var listing = Listing(columns, as: common.format, to: common.console)
            for line in proof.lines {
                let (name, reason) = (line.version.type.description, line.failures.first.map { "position \($0.position): \($0.reason)" })
                let hasSchema = hasSchema(line.version)
                try listing.add(
                    [
                        name, String(line.version.version), String(line.events), String(line.tried), String(line.failed),
                        hasSchema ? "yes" : "no", reason ?? "-",
                    ],
                    json: [
                        "type": .string(name), "version": .int(line.version.version), "events": .int(line.events),
                        "read": .int(line.tried), "failed": .int(line.failed), "hasSchema": .bool(hasSchema),
                        "reason": reason.map { .string($0) } ?? .null,
                    ])
            }
            try listing.finish()
        }
    }

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks each value against a JSON Schema of draft 2020-12.",
            discussion: """
                Examples:
                  flx schema validate order.json one.json two.json
                  flx schema validate order.json - < one.json
                  flx schema validate order.json one.json \\
                --resolve https://example.org/schemas/=schemas

                One JSON object a line for each instance: instance, valid, and the errors with
                their places; -o json joins them in an array. References to other documents are
                looked up in folders only, never in a network. Exit code 2 when any instance
                does not fit, 1 when one is no JSON.

                --formats asserts these formats, and no others:
                \(lines(of: JSONSchema.assertedFormats))
                Other formats, such as idn-email and idn-hostname, are noted, never asserted.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var resolution: ResolveOptions

        @Argument(help: "The schema's file.", transform: Given.text)
        var schema: String

        @Argument(help: "The files of values; - is standard input.", transform: Given.text)
        var instances: [String]

        @Flag(help: "Asserts the formats named above, instead of only noting them.")
        var formats = false

        func run() async throws {
            let schema = try JSONSchema(
                try SchemaFile.value(schema), resolving: try resolution.resolver(), assertingFormats: formats)
            if formats { common.console.say("formats asserted: \(JSONSchema.assertedFormats.joined(separator: ", ")); no others") }
            var (failed, unread) = (0, 0)
            var listing = Listing([], as: common.format == .json ? .json : .jsonl, to: common.console)
            for instance in instances {
                let (line, isRead) = try line(for: instance, schema)
                if line["valid"] != true { failed += 1 }
                if !isRead { unread += 1 }
                try listing.add([], json: line)
            }
            try listing.finish()
            let all = instances.count
            guard unread == 0 else { throw Failure(.failure, "\(unread) of \(all) could not be compared, \(failed - unread) do not fit") }
            guard failed == 0 else { throw Failure(.found, "\(failed) of \(all) do not fit") }
        }

        private func line(for instance: String, _ schema: JSONSchema) throws -> (EventValue, isRead: Bool) {
            var (errors, isRead) = ([EventValue](), true)
            do throws(FlxError) {
                errors = try schema.violations(of: try SchemaFile.value(instance)).map { violation in
                    ["instance": .string(violation.instance), "schema": .string(violation.schema), "message": .string(violation.message)]
                }
            } catch {
                // A missing file ends the command. A text that is no JSON, or takes too long, is reported beside the others.
                guard error.code == .malformed || error.code == .limitExceeded else { throw error }
                errors = [["instance": "", "schema": "", "message": .string(error.description)]]
                isRead = false
            }
            return (["instance": .string(instance), "valid": .bool(errors.isEmpty), "errors": .array(errors)], isRead)
        }

        /// The words, four in a line.
        private static func lines(of words: [String]) -> String {
            stride(from: 0, to: words.count, by: 4)
                .map { "  " + words[$0..<min($0 + 4, words.count)].joined(separator: ", ") }
                .joined(separator: ",\n")
        }
    }
}
