import ArgumentParser
import FlxCore
import FlxEvents

struct Schemas: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "The schemas of events: registered versions, the effects of changes, and checks of values.",
        discussion: """
            Examples:
              flx schema check order.placed order.placed.json    does it break readers?
              flx schema validate order.json events/*.json       do values fit?

            Programs register their schemas in the store, in the stream flx-schemas.
            """,
        subcommands: [List.self, Show.self, Add.self, Check.self, Diff.self, Export.self, Prove.self, Validate.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the registered versions.", discussion: "Example: flx schema ls -o json")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let entries = try await common.schemas()
            var listing = Listing(
                [Column("type"), Column("version", .right), Column("registered")], as: common.format, to: common.console)
            for entry in entries {
                let (subject, time) = (entry.schema.subject, entry.time.description)
                try listing.add(
                    [subject.type.description, String(subject.version), time],
                    json: ["type": .string(subject.type.description), "version": .int(subject.version), "registered": .string(time)])
            }
            try listing.finish()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a registered schema.",
            discussion: """
                Example: flx schema show order.placed > order.placed.json

                Exit code 2 when there is none.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "The type.")
        var type: String

        @Option(name: .customLong("schema-version"), help: "The version; default: the newest.")
        var version: Int?

        func run() async throws {
            let schema = try await common.schema(type, version)
            let bytes = try schema.document.json()
            try common.console.write(common.console.isTerminal ? Escape.json(bytes) : bytes)
            try common.console.line("")
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes all schemas, one JSON object a line: type, version and schema.",
            discussion: """
                Example: flx schema export > schemas.jsonl

                With -o json it is one array.
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            var listing = Listing([], as: common.format == .json ? .json : .jsonl, to: common.console)
            for entry in try await common.schemas() {
                let subject = entry.schema.subject
                let line: EventValue = [
                    "type": .string(subject.type.description), "version": .int(subject.version), "schema": entry.schema.document,
                ]
                try listing.add([], json: line)
            }
            try listing.finish()
        }
    }
}

extension CommonOptions {
    /// The registered schemas of the store.
    func schemas() async throws -> [SchemaRegistry.Entry] {
        try await withStore { store in try await SchemaRegistry(in: store).entries() }
    }

    /// One of them.
    func schema(_ name: String, _ version: Int?) async throws -> EventSchema {
        try await schemas().map(\.schema).version(version, of: name)
    }
}

extension [EventSchema] {
    /// A version of a type; the newest by default.
    func version(_ version: Int?, of name: String) throws -> EventSchema {
        let type = try EventType(name)
        let found = last { $0.subject.type == type && (version == nil || version == $0.subject.version) }
        guard let found else {
            throw Failure(.found, "no schema of '\(name)'\(version.map { " in version \($0)" } ?? "") is registered: see flx schema ls")
        }
        return found
    }
}
