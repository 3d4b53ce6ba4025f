import ArgumentParser
import FlxCore
import FlxPipelines

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows events published, handled, stored, projected and replayed, on SQLite and without a server.",
        discussion: """
            Examples:
              flx demo
              flx demo --store demo.db && flx read --store demo.db

            Without --store, the store is in a temporary folder and is removed at the end.
            A store that has events is refused.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The number of pipeline runs recorded for the replay, 1 to 1000000.", valueName: "count"))
    var runs = 10_000

    func run() async throws {
        guard (1...1_000_000).contains(runs) else { throw Failure(.usage, "--runs: must be 1 to 1000000") }
        let scratch = common.store == nil ? try ScratchStore() : nil
        defer { scratch?.remove() }
        let path = scratch?.path ?? common.path
        let isStory = common.format == .table || common.format == .plain
        let stage = DemoStage(console: common.console, isSilent: !isStory)
        try stage.title("FLX Events, on one SQLite file: \(path)")
        var tour = DemoTour(stage: stage, runs: runs)
        if scratch == nil, FolderFacts.exists(path) {
            let last = try await common.withStore(at: path) { try await $0.lastPosition() }
            guard last == .start else {
                throw Failure(.usage, "--store: \(path) has events, and the demonstration writes its own; name a new file")
            }
        }
        let pipelines = try await common.withStore(.creating, at: path) { store in try await tour.live(store) }
        // Everything so far has been closed: the next steps read from the disk.
        try await common.withStore(at: path) { store in try await tour.afterwards(store, expecting: pipelines) }
        try stage.end(
            scratch == nil ? "The store stays: flx read --store \(path)" : "Next: flx demo --store demo.db, then flx read --store demo.db")
        if !isStory { try tour.sheet.write(as: common.format, to: common.console) }
    }
}
