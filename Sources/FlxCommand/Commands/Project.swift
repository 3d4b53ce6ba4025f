import ArgumentParser
import FlxEvents
import FlxPipelines

struct Project: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a projection over the events and shows its state.",
        discussion: """
            Examples:
              flx project types --until 2026-01-01
              flx project streams --prefix order- -o json
              flx project pipelines

            types counts the events of each type, streams those of each stream; pipelines
            is the view of the example domain of flx demo.
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case types, streams, pipelines }

    @OptionGroup var common: CommonOptions

    @Argument(help: "The projection.")
    var projection: Kind

    @Option(help: "Events of streams with names that begin with this text.")
    var prefix: String?

    @Option(help: ArgumentHelp("Begins behind this position.", valueName: "position"))
    var from: Int64 = 0

    @Option(help: ArgumentHelp("Ends with this position.", valueName: "position"))
    var to: Int64?

    @Option(help: ArgumentHelp("Events before this time.", valueName: "time"))
    var until: String?

    func run() async throws {
        guard to == nil || until == nil else { throw Failure(.usage, "--to and --until: give one of them") }
        switch projection {
        case .types:
            let view = try await state(of: CountsByType())
            try list("type", view.counts.map { ($0.key.description, $0.value) })
        case .streams:
            let view = try await state(of: CountsByStream())
            try list("stream", view.counts.map { ($0.key.description, $0.value) })
        case .pipelines: try list(try await state(of: PipelineProjection()))
        }
    }

    private func state<P: Projection>(of projection: P) async throws -> P {
        let (start, end) = (try Position(from), try end())
        var selection = P.selection
        if let prefix { selection.scope = .prefix(prefix) }
        let console = common.console
        return try await common.withStore { [selection] store in
            let meter = ProgressMeter("project", on: console)
            defer { meter.end() }
            let runner = ProjectionRunner(projection, over: store, selection: selection)
            try await runner.replay(from: start, to: end) { step in
                meter.update(step.events, part: step.end > .start ? Double(step.checkpoint.value) / Double(step.end.value) : nil)
            }
            return runner.state
        }
    }

    private func end() throws -> ReplayEnd {
        if let to { return .position(try Position(to)) }
        if let time = try FilterOptions.time(until, "--until") { return .time(time) }
        return .latest
    }

    private func list(_ view: PipelineProjection) throws {
        let columns = [Column("id"), Column("pipeline"), Column("runs", .right), Column("last run"), Column("status")]
        var listing = Listing(columns, as: common.format, to: common.console)
        for pipeline in view.sorted {
            let last = pipeline.lastExecution
            try listing.add(
                [pipeline.id, pipeline.name, String(pipeline.executionCount), last?.id ?? "-", last?.status ?? "-"],
                json: try pipeline.json())
        }
        try listing.finish()
    }

    private func list(_ name: String, _ counts: [(name: String, count: Int64)]) throws {
        var listing = Listing([Column(name), Column("events", .right)], as: common.format, to: common.console)
        for (key, count) in counts.sorted(by: { ($1.count, $0.name) < ($0.count, $1.name) }) {
            try listing.add([key, String(count)], json: [name: .string(key), "events": .int(count)])
        }
        try listing.finish()
    }
}
