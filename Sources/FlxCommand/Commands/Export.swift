import ArgumentParser
import FlxCore
import FlxEvents

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes events as a log: CloudEvents, CSV, XES or OCEL.",
        discussion: """
            Examples:
              flx export | gzip > backup.jsonl.gz
              flx export --prefix order- --since 2026-01-01 > orders.jsonl
              flx export --format xes > process.xes
              flx export --format csv --transform public.json > orders.csv
              flx export --upcasters upcasters.json > today.jsonl

            What was exported can be imported into another store, event for event the same. csv is a table with a column for each
            attribute and each value of the data; in xes (IEEE 1849) a stream is a trace; in ocel (OCEL 2.0, JSON) streams and tags are
            objects. All but jsonl are for other programs too: pandas, pm4py, a spreadsheet.

            Upcasters make of old versions what programs read today, [{"from":"bill.sent","version":1,"do":[{"retype":"invoice.sent"}]}];
            --type then means the newest name. The steps are those of a transform.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filters: FilterOptions
    @OptionGroup var changes: TransformOptions
    @OptionGroup var evolution: UpcasterOptions

    @Option(help: "What is written: jsonl, csv, xes or ocel.")
    var format = LogFormat.jsonl

    @Flag(help: "Adds the position as sequence and the time of recording as recordedtime to jsonl; an import leaves them out again.")
    var places = false

    func run() async throws {
        guard !places || format == .jsonl else { throw Failure(.usage, "--places: only --format jsonl has a place for them") }
        let (filter, transform, chain) = (try filters.filter(), try changes.loaded(), try evolution.loaded())
        let console = common.console
        try await common.withStore { store in
            let meter = ProgressMeter("export", on: console)
            defer { meter.end() }
            let isPlain = !console.isTerminal
            let export = LogExport(store: Self.evolving(store, chain), filter: filter, transform: transform) { bytes in
                try console.write(isPlain ? bytes : format == .jsonl ? Escape.json(bytes) : Self.visible(bytes))
            } onProgress: { count, part in
                meter.update(count, part: part)
            }
            switch format {
            case .jsonl: try await export.run(JSONLinesWriter(places: places))
            case .csv: try await export.run(CSVWriter())
            case .xes: try await export.run(XESWriter())
            case .ocel: try await export.run(OCELWriter())
            }
            try console.flush()
        }
    }

    private static func evolving(
        _ store: some EventStore & StreamDirectory, _ chain: UpcasterChain
    ) -> any EventStore & StreamDirectory { EvolvingStore(store, upcasters: chain) }

    private static func visible(_ bytes: [UInt8]) -> [UInt8] {
        Array(Escape.visible(String(decoding: bytes, as: UTF8.self), keepingLines: true).utf8)
    }
}
