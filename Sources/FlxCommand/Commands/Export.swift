import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

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

            An export can be imported into another store, event for event the same. xes is
            sorted by streams, and loses the order between them. csv is a table with a
            column for each attribute and each value of the data. In xes (IEEE 1849) a
            stream is a trace; in ocel (OCEL 2.0, JSON) streams and tags are objects. All
            but jsonl are for other programs too: pandas, pm4py, a spreadsheet.

            CloudEvents are one a line, and with -o json one array, also for an import.

            Upcasters change old versions to today's,
            [{"from":"bill.sent","version":1,"do":[{"retype":"invoice.sent"}]}]; --type
            then means the newest name. The steps are those of a transform.

            A damaged event ends the export after the events before it; --skip-damaged
            continues without it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var filters: FilterOptions
    @OptionGroup var changes: TransformOptions
    @OptionGroup var evolution: UpcasterOptions

    @Option(help: "The format: jsonl, csv, xes or ocel.")
    var format = LogFormat.jsonl

    @Flag(help: "Adds the position as flxposition and the time of recording as flxrecordedtime to jsonl; an import leaves them out.")
    var places = false

    @Flag(help: "Leaves out damaged events, names them, and ends with exit code 2.")
    var skipDamaged = false

    func run() async throws {
        guard !places || format == .jsonl else { throw Failure(.usage, "--places: only --format jsonl has a place for them") }
        guard !common.format.isJSON || format == .jsonl else { throw Failure(.usage, "-o: \(format.rawValue) is no JSON of CloudEvents") }
        let filter = try filters.filter(of: .everything)
        var (damaged, written) = (Set<Position>(), 0)
        let (transform, chain) = (try changes.loaded(), try evolution.loaded())
        let console = common.console
        try await common.withStore { store in
            let meter = ProgressMeter("export", on: console)
            defer { meter.end() }
            let isPlain = !console.isTerminal
            let export = LogExport(Self.evolving(store, chain), filter, transform, skipsDamaged: skipDamaged) { bytes in
                try console.write(isPlain ? bytes : format == .jsonl ? Escape.json(bytes) : Self.visible(bytes))
            } onProgress: { count, part in
                written = Int(count)
                meter.update(count, part: part)
            } onDamage: { position in
                damaged.insert(position)
            }
            do {
                try await export.run(as: format, places: places, isArray: common.format == .json)
            } catch let error as FlxError {
                // An event unfit for the format is no fault of the command line.
                throw [.invalidValue, .limitExceeded].contains(error.code) ? Failure(.failure, error.message) : error
            }
            try console.end()
            try await filters.requireStream(in: store, afterFinding: written + damaged.count)
        }
        guard let first = damaged.min() else { return }
        let what = damaged.count == 1 ? "the event" : "\(damaged.count) events, the first of them"
        throw Failure(.found, "\(what) at position \(first) left out: damaged")
    }

    private static func evolving(
        _ store: some EventStore, _ chain: UpcasterChain
    ) -> any EventStore { EvolvingStore(store, upcasters: chain) }

    private static func visible(_ bytes: [UInt8]) -> [UInt8] {
        // A line of CSV ends with CR and LF.
        let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        return Array(Escape.visible(text, keepingLines: true).utf8)
    }
}
