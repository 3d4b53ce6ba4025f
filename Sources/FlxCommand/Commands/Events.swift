import ArgumentParser
import FlxCore
import FlxEvents

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

                A number is a position; if there is no event at it, it is an id. --id always
                takes it for an id. Exit code 2 if there is no such event.
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "A position, or an id.")
        var event: String

        @Flag(help: "Uses the text as an id, even if it looks like a position.")
        var id = false

        func run() async throws {
            guard let recorded = try await find() else { throw Failure(.found, "there is no event '\(event)'") }
            guard common.format == .table || common.format == .plain else {
                let bytes = CloudEventsJSON.encode(recorded)
                try common.console.write(common.console.isTerminal ? Escape.json(bytes) : bytes)
                return try common.console.line("")
            }
            let data = if let fields = recorded.event.payload.fields { fields } else { try recorded.event.value }
            var sheet = Sheet()
            for (name, value) in ConditionSubject(recorded, data: data).all { sheet.add(name, name, value) }
            try sheet.write(as: common.format, to: common.console)
        }

        private func find() async throws -> RecordedEvent? {
            try await common.withStore { store in
                if !id, let found = try await atPosition(store) { return found }
                return try await named(store)
            }
        }

        private func named(_ store: OperatedStore) async throws -> RecordedEvent? {
            try await store.event(try EventID(event))
        }

        /// The event at the position in the argument. Says so if another event has the argument as its id.
        private func atPosition(_ store: OperatedStore) async throws -> RecordedEvent? {
            guard let number = Int64(event), number > 0 else { return nil }
            let page = try await store.read(.everything, .forward(after: try Position(number - 1)), limit: 1)
            guard let found = page.events.first, found.position.value == number else { return nil }
            if let named = try await named(store), named.position != found.position {
                common.console.say("another event has the id '\(event)': --id shows it")
            }
            return found
        }
    }
}
