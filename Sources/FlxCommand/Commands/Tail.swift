import ArgumentParser
import FlxCore
import FlxEvents

struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the last events, and with -f also new ones.",
        discussion: """
            Examples:
              flx tail
              flx tail -f --type 'order.#' -o jsonl | jq .data

            Works while another process writes. Ctrl-C ends it, and so does the end of the
            program reading its output. With -f, -o json is one object a line, like jsonl.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filters: FilterOptions

    @Flag(name: .shortAndLong, help: "Continues with new events.")
    var follow = false

    @Option(name: .short, help: ArgumentHelp("The number of last events.", valueName: "count"))
    var n = 10

    func run() async throws {
        guard n >= 0 else { throw Failure(.usage, "-n: must be 0 or more") }
        let filter = try filters.filter()
        // An endless array is of no use.
        let format = follow && common.format == .json ? .jsonl : common.format
        try await common.withStore { store in
            var listing = EventListing(as: format, to: common.console)
            let last = try await store.lastPosition()
            let found = try await recent(store, filter, through: last)
            for recorded in found.reversed() { try listing.add(recorded) }
            guard follow else {
                try listing.finish()
                return try await filters.requireStream(in: store, afterFinding: found.count)
            }
            let shown = listing
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await follow(store, filter, shown, after: last) }
                group.addTask { await common.console.waitUntilAbandoned() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private func follow(_ store: OperatedStore, _ filter: EventFilter, _ shown: EventListing, after start: Position) async throws {
        var (listing, last) = (shown, start)
        while true {
            try listing.flush()
            do throws(FlxError) {
                try await store.wait(after: last)
            } catch {
                // Ctrl-C is its normal end, or the end of the reader of its output.
                guard error.code == .cancelled else { throw error }
                return
            }
            let end = try await store.lastPosition()
            try await filter.scan(store, .forward(after: last)) { recorded in
                try listing.add(recorded)
                last = max(last, recorded.position)
                return true
            }
            last = max(last, end)
        }
    }

    private func recent(_ store: any EventStore, _ filter: EventFilter, through last: Position) async throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        guard n > 0 else { return [] }
        try await filter.scan(store, .backward, pageSize: min(n, 1000)) { recorded in
            if recorded.position <= last { events.append(recorded) }
            return events.count < n
        }
        return events
    }
}
