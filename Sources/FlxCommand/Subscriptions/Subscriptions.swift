import ArgumentParser
import FlxEvents

struct Subscriptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The durable readers of the log: their state, and the requests to them.",
        discussion: """
            Examples:
              flx subscriptions ls
              flx subscriptions pause invoices --reason 'the mail server moves'
              flx subscriptions rewind invoices --to 1200 --dry-run

            What is wanted is recorded in the store, and obeyed by the service when it runs
            next. While it runs, it alone can write to the file, so that the acts are
            refused with exit code 69: act through the service then, or stop it.
            """,
        subcommands: [List.self, Show.self, Pause.self, Resume.self, Rewind.self, Skip.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the subscriptions, each with its position and the reason for a stop.",
            discussion: "Example: flx subscriptions ls -o jsonl | jq 'select(.lag > 0)'")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await common.withStore { store in
                let columns = [
                    Column("subscription"), Column("position", .right), Column("waiting", .right), Column("behind", .right),
                    Column("parked", .right), Column("why"),
                ]
                var listing = Listing(columns, as: common.format, to: common.console)
                for name in try await SubscriptionReport.names(in: store) {
                    let report = try await SubscriptionReport(of: name, in: store, at: common.path)
                    try listing.add(report.cells, json: report.sheet.json)
                }
                try listing.finish()
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one subscription: position, waiting and parked events, and the reason for a stop.",
            discussion: "Example: flx subscriptions show invoices")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The name of the subscription.")
        var name: String

        func run() async throws {
            try await common.withStore { store in
                try await SubscriptionReport.require(name, in: store)
                try await SubscriptionReport(of: name, in: store, at: common.path).sheet.write(as: common.format, to: common.console)
            }
        }
    }
}
