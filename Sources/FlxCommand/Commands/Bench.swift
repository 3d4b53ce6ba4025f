import ArgumentParser
import FlxEvents
import FlxPipelines

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures this machine: appending, reading and replaying.",
        discussion: """
            Example: flx bench --store /data/flx.db

            Works on a new store beside the named one, without touching that, and removes
            it. All appends are as durable as any: each is flushed to the disk before it
            counts. Figures of a busy machine are lower and vary.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Seconds for each measurement of appending, 0.1 to 60.")
    var seconds = 1.5

    @Option(help: "The number of events to read and replay, 1000 to 10000000.")
    var events = 100_000

    func run() async throws {
        guard (0.1...60).contains(seconds) else { throw Failure(.usage, "--seconds: must be 0.1 to 60") }
        guard (1000...10_000_000).contains(events) else { throw Failure(.usage, "--events: must be 1000 to 10000000") }
        let folder = FolderFacts(around: common.path)
        let scratch = try ScratchStore(in: folder.path)
        defer { scratch.remove() }
        let console = common.console
        var listing = Listing(
            [Column("work"), Column("events/s", .right), Column("p50", .right), Column("p99", .right)], as: common.format, to: console)
        try await common.withStore(.creating, at: scratch.path) { store in
            let meter = BenchMeter(store: store, seconds: seconds)
            for (name, work) in meter.measurements(events: events) {
                console.status("bench: \(name)")
                let result = try await work()
                try listing.add(result.cells(name), json: result.json(name))
            }
        }
        console.endStatus()
        try listing.finish()
    }
}
