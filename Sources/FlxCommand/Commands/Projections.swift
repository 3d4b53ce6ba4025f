import ArgumentParser
import FlxEvents

struct Projections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The views in the store: their content, and their rebuilds.",
        discussion: """
            Examples:
              flx projections ls
              flx projections rebuild types --compare
              flx projections state types order.placed

            Views belong to the programs that define them; flx itself defines types and
            streams, which count events.
            """,
        subcommands: [List.self, Show.self, Rebuild.self, State.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the views, and the rebuilds under way.",
            discussion: "Example: flx projections ls -o json")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let (all, last) = try await common.withStore { (try await $0.generations(of: nil), try await $0.lastPosition()) }
            let columns = [
                Column("view"), Column("version", .right), Column("build", .right), Column("role"), Column("position", .right),
                Column("behind", .right), Column("handled", .right),
            ]
            var listing = Listing(columns, as: common.format, to: common.console)
            for generation in all {
                let behind = max(0, last.value - generation.checkpoint.value)
                try listing.add(
                    [
                        generation.view, String(generation.version), generation.id.description, generation.role.rawValue,
                        generation.checkpoint.description, String(behind), String(generation.handled),
                    ], json: generation.json(behind: behind))
            }
            try listing.finish()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one view, and its rebuild if one is under way.", discussion: "Example: flx projections show types")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The name of the view.")
        var view: String

        func run() async throws {
            let (all, last) = try await common.withStore { (try await $0.generations(of: view), try await $0.lastPosition()) }
            guard let current = all.first(where: { $0.role == .current }) else {
                throw Failure(.found, "there is no view '\(view)'; flx projections ls lists them")
            }
            let behind = max(0, last.value - current.checkpoint.value)
            var sheet = Sheet()
            sheet.add("view", "view", .string(view))
            sheet.add("version", "version", Int64(current.version))
            sheet.add("build", "build", current.id.value)
            sheet.add("position", "position", current.checkpoint.value)
            sheet.add("behind", "behind", behind)
            sheet.add("handled", "handled", current.handled)
            let building = all.first { $0.role == .building }
            sheet.add(
                "building", "rebuild", try building?.json(behind: max(0, last.value - (building?.checkpoint.value ?? 0))) ?? .null,
                building.map { "build \($0.id) of version \($0.version), up to \($0.checkpoint)" } ?? "none")
            try sheet.write(as: common.format, to: common.console)
        }
    }

    struct State: AsyncParsableCommand {
        private static let pageSize = 1000

        static let configuration = CommandConfiguration(
            abstract: "Shows the documents of a view, or one of them.",
            discussion: """
                Examples:
                  flx projections state types
                  flx projections state types order.placed -o json
                  flx projections state streams --index events --from 100
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "The name of the view.")
        var view: String

        @Argument(help: "The key of one document.")
        var key: String?

        @Option(help: "Documents in the order of an index of the view.")
        var index: String?

        @Option(help: ArgumentHelp("From this number in the index on.", valueName: "number"))
        var from: Int64?

        @Option(help: "Maximum number (default: all).")
        var limit: Int?

        func run() async throws {
            guard from == nil || index != nil else { throw Failure(.usage, "--from: give --index with it") }
            try CommonOptions.check(limit: limit)
            try await common.withStore { store in
                guard try await store.generations(of: view).contains(where: { $0.role == .current }) else {
                    throw Failure(.found, "there is no view '\(view)'; flx projections ls lists them")
                }
                var listing = Listing([Column("key"), Column("document")], as: common.format, to: common.console)
                if let key {
                    guard let found = try await store.documents([key], of: .view(view)).first, let document = found else {
                        throw Failure(.found, "the view '\(view)' has no document '\(key)'")
                    }
                    try add(document, to: &listing)
                    return try listing.finish()
                }
                var (left, after) = (limit ?? .max, ViewQuery.Cursor?.none)
                repeat {
                    let size = min(left, Self.pageSize)
                    let all = ViewQuery.all(after: after, limit: size)
                    let query = index.map { .index($0, from: from.map { .number($0) }, after: after, limit: size) } ?? all
                    let page = try await store.documents(query, of: .view(view))
                    for document in page.documents { try add(document, to: &listing) }
                    left -= page.documents.count
                    after = page.next
                } while after != nil && left > 0
                try listing.finish()
                if after != nil { common.sayThereAreMore(than: listing.count) }
            }
        }

        private func add(_ document: ViewDocument, to listing: inout Listing) throws {
            let text = String(decoding: document.body, as: UTF8.self)
            let value = (try? EventValue(json: document.body, limits: .inMemory)) ?? .string(text)
            try listing.add([document.key, text], json: ["key": .string(document.key), "document": value])
        }
    }
}

extension ViewGeneration {
    /// The generation as the JSON of `flx`.
    fileprivate func json(behind: Int64) throws -> EventValue {
        [
            "view": .string(view), "version": .int(version), "build": .int(id.value), "role": .string(role.rawValue),
            "position": .int(checkpoint.value), "behind": .int(behind), "handled": .int(handled),
        ]
    }
}
