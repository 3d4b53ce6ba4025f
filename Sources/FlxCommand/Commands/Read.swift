import ArgumentParser
import FlxCore
import FlxEvents

struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows events; the same as events ls.",
        discussion: """
            Examples:
              flx read --type order.placed --where 'data.total > 100'
              flx read --stream order-17 -o jsonl
              flx read --reverse --limit 5

            JSON is the CloudEvents form, with the position as flxposition and the time of
            recording as flxrecordedtime.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filters: FilterOptions

    @Option(help: ArgumentHelp("Events behind this position; with --reverse, before it.", valueName: "position"))
    var from: Int64?

    @Option(help: "Maximum number.")
    var limit = 100

    @Flag(help: "No limit.")
    var all = false

    @Flag(help: "The latest first.")
    var reverse = false

    func run() async throws {
        guard limit > 0 else { throw Failure(.usage, "--limit: must be 1 or more; --all shows everything") }
        let filter = try filters.filter()
        let start = try from.map { number throws(FlxError) in try Position(number) }
        let direction: ReadDirection = reverse ? .backward(before: start ?? .end) : .forward(after: start ?? .start)
        try await common.withStore { store in
            var listing = EventListing(as: common.format, to: common.console)
            var (count, last, hasMore) = (0, Position.start, false)
            try await filter.scan(store, direction, pageSize: all ? 1000 : min(limit, 999) + 1) { recorded in
                if !all, count == limit {
                    hasMore = true
                    return false
                }
                try listing.add(recorded)
                (count, last) = (count + 1, recorded.position)
                return true
            }
            try listing.finish()
            try await filters.requireStream(in: store, afterFinding: count)
            if hasMore { common.console.say("\(count) shown, there are more: continue with --from \(last), or use --limit or --all") }
        }
    }
}
