import ArgumentParser
import FlxCore

struct Types: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The types of events and their frequency.",
        discussion: "Example: flx types ls",
        subcommands: [List.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the types in the order of their names.", discussion: "Example: flx types ls -o json")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await common.withStore { store in
                var listing = Listing([Column("type"), Column("events", .right)], as: common.format, to: common.console)
                for summary in try await store.types() {
                    let (name, count) = (summary.type.description, summary.events)
                    try listing.add([name, String(count)], json: ["type": .string(name), "events": .int(count)])
                }
                try listing.finish()
            }
        }
    }
}
