import ArgumentParser
import FlxCore
import FlxEvents

struct Streams: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The streams and their content.",
        discussion: "Example: flx streams ls --prefix order-",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        private static let pageSize = 1000

        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists the streams in the order of their names.",
            discussion: "Example: flx streams ls --prefix order- -o plain | sort -k2 -n | tail")

        @OptionGroup var common: CommonOptions

        @Option(help: "Streams with names that begin with this text.")
        var prefix = ""

        @Option(help: "Maximum number (default: all).")
        var limit: Int?

        func run() async throws {
            try CommonOptions.check(limit: limit)
            try await common.withStore { store in
                let columns = [Column("stream"), Column("events", .right), Column("last position", .right)]
                var listing = Listing(columns, as: common.format, to: common.console)
                var (last, left) = (StreamName?.none, limit ?? .max)
                while left > 0 {
                    let page = try await store.streams(prefix: prefix, after: last, limit: min(left, Self.pageSize))
                    for summary in page {
                        try listing.add(
                            [summary.name.description, String(summary.events), summary.lastPosition.description],
                            json: [
                                "stream": .string(summary.name.description), "events": .int(summary.events),
                                "lastPosition": .int(summary.lastPosition.value),
                            ])
                    }
                    left -= page.count
                    last = page.last?.name ?? last
                    guard page.count == Self.pageSize else { break }
                }
                try listing.finish()
                guard left == 0, try await !store.streams(prefix: prefix, after: last, limit: 1).isEmpty else { return }
                common.sayThereAreMore(than: listing.count)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one stream: the number, times and types of its events.",
            discussion: "Example: flx streams show order-17")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The name of the stream.")
        var stream: String

        func run() async throws {
            let name = try StreamName(stream)
            let (summary, last) = try await common.withStore { store in
                let summary = try await store.state(of: StreamView(), in: .stream(name))
                return (summary, summary.lastPosition)
            }
            guard let last else { throw Failure(.found, "there is no stream '\(stream)'; flx streams ls lists them") }
            var sheet = Sheet()
            sheet.add("stream", "stream", .string(stream))
            sheet.add("events", "events", summary.events)
            sheet.add("lastPosition", "last position", last.value)
            sheet.add("firstTime", "first", summary.firstTime.map { .string($0.description) } ?? .null)
            sheet.add("lastTime", "last", summary.lastTime.map { .string($0.description) } ?? .null)
            let types = summary.types.sorted { $0.key < $1.key }
            var object: EventValue = [:]
            for (type, count) in types { object[type.description] = .int(count) }
            sheet.add("types", "types", object, types.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
            try sheet.write(as: common.format, to: common.console)
        }
    }
}
