import ArgumentParser
import FlxCore

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes events as CloudEvents, one a line.",
        discussion: """
            Examples:
              flx export | gzip > backup.jsonl.gz
              flx export --prefix order- --since 2026-01-01 > orders.jsonl

            What was exported can be imported into another store, event for event the same.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filters: FilterOptions

    @Flag(help: "Adds the position as sequence and the time of recording as recordedtime; an import leaves them out again.")
    var places = false

    func run() async throws {
        let filter = try filters.filter()
        let console = common.console
        try await common.withStore { store in
            let meter = ProgressMeter("export", on: console)
            defer { meter.end() }
            let last = Double(try await store.lastPosition().value)
            var count: Int64 = 0
            try await filter.scan(store) { recorded in
                let bytes = places ? CloudEventsJSON.encode(recorded) : CloudEventsJSON.encode(recorded.event)
                try console.write(console.isTerminal ? Escape.json(bytes) : bytes)
                try console.write(CollectionOfOne(UInt8(ascii: "\n")))
                count += 1
                meter.update(count, part: Double(recorded.position.value) / last)
                return true
            }
            try console.flush()
        }
    }
}
