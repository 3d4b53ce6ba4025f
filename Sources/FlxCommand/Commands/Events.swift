import ArgumentParser
import FlxCore

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Events, many or one.",
        discussion: "Example: flx events get 42",
        subcommands: [List.self, Get.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Shows events.", discussion: "Example: flx events ls --tag customer:c7 --reverse")

        @OptionGroup var read: Read

        func run() async throws { try await read.run() }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one event, by its position or its id.",
            discussion: """
                Example: flx events get 42 -o json

                Exit code 2 when there is none.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "A position, or an id.")
        var event: String

        func run() async throws {
            guard let recorded = try await find() else { throw Failure(.found, "there is no event '\(event)'") }
            guard common.format == .table || common.format == .plain else {
                let bytes = CloudEventsJSON.encode(recorded)
                try common.console.write(common.console.isTerminal ? Escape.json(bytes) : bytes)
                return try common.console.line("")
            }
            var sheet = Sheet()
            for (name, value) in WhereSubject(recorded: recorded, data: try recorded.event.value).all { sheet.add(name, name, value) }
            try sheet.write(as: common.format, to: common.console)
        }

        private func find() async throws -> RecordedEvent? {
            try await common.withStore { store in
                if let number = Int64(event), number > 0 {
                    let page = try await store.read(.all, .forward(after: try Position(number - 1)), limit: 1)
                    return page.events.first { $0.position.value == number }
                }
                return try await store.event(try EventID(event))
            }
        }
    }
}
