import ArgumentParser
import FlxCore
import FlxEvents

struct SnapshotsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshots",
        abstract: "The stored states: without them each state is folded from the first event.",
        discussion: """
            Examples:
              flx snapshots ls --prefix aggregate:order-
              flx snapshots drop --yes

            Snapshots are a cache: without them every result is the same, only later.
            """,
        subcommands: [List.self, Drop.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        private static let pageSize = 1000

        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the snapshots in the order of their names.",
            discussion: "Example: flx snapshots ls --prefix projection:")

        @OptionGroup var common: CommonOptions

        @Option(help: "Snapshots with names that begin with this text.")
        var prefix = ""

        func run() async throws {
            try await common.withStore { store in
                let columns = [
                    Column("snapshot"), Column("position", .right), Column("version", .right), Column("bytes", .right), Column("time"),
                ]
                var listing = Listing(columns, as: common.format, to: common.console)
                var last: String?
                while true {
                    let page = try await store.snapshots(prefix: prefix, after: last, limit: Self.pageSize)
                    for summary in page {
                        try listing.add(
                            [
                                summary.name, summary.position.description, summary.version.description, String(summary.bytes),
                                summary.time.description,
                            ],
                            json: [
                                "snapshot": .string(summary.name), "position": .int(summary.position.value),
                                "version": .int(summary.version.value), "bytes": .int(summary.bytes),
                                "time": .string(summary.time.description),
                            ])
                    }
                    guard page.count == Self.pageSize else { break }
                    last = page.last?.name
                }
                try listing.finish()
            }
        }
    }

    struct Drop: AsyncParsableCommand, Act {
        static let configuration = CommandConfiguration(
            abstract: "Drops snapshots; the use of a state makes its snapshot anew.",
            discussion: "Example: flx snapshots drop --prefix aggregate:order- --dry-run")

        @OptionGroup var common: CommonOptions
        @OptionGroup var consent: Consent

        @Option(help: "Snapshots with names that begin with this text (default: all).", transform: Given.text)
        var prefix = ""

        var agreement: Agreement { consent.agreement }
        var subject: Sheet { Sheet() }

        /// The number of them.
        func plan(in store: OperatedStore) async throws -> Int {
            var (count, last) = (0, String?.none)
            repeat {
                let page = try await store.snapshots(prefix: prefix, after: last, limit: 1_000)
                count += page.count
                last = page.count == 1_000 ? page.last?.name : nil
            } while last != nil
            guard count > 0 || prefix.isEmpty else {
                throw Failure(.found, "no snapshot begins with '\(prefix)'; flx snapshots ls lists them")
            }
            return count
        }

        func words(for plan: Int) -> String? {
            "drop \(Quantity.count(plan, "snapshot"))" + (prefix.isEmpty ? "" : ", those that begin with '\(prefix)'")
        }

        func describe(_ plan: Int, in sheet: inout Sheet) {
            sheet.add("snapshots", "snapshots", Int64(plan))
        }

        func perform(_ plan: Int, in store: OperatedStore, _ sheet: inout Sheet) async throws {
            sheet.add("dropped", "dropped", Int64(try await store.dropSnapshots(prefix: prefix)))
        }

        func run() async throws { try await carryOut() }
    }
}
