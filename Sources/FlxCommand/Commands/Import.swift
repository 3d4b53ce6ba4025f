import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes in a log: CloudEvents, CSV, XES or OCEL.",
        discussion: """
            Examples:
              flx import orders.jsonl.gz
              zcat *.jsonl.gz | flx import - --skip-bad bad.jsonl
              flx import claims.xes.gz
              flx import table.csv --transform columns.json

            The input is one CloudEvent a line, one array of them, or one object of many
            lines, packed by gzip or not. The subject of an event is its stream. A file
            with a name that ends in .csv, .tsv, .xes or .ocel.json (or --format) is a
            table, a log of XES or of OCEL 2.0. An export of flx export is restored
            unchanged. In a foreign log, traces and objects are streams. In a table the
            columns id, type, subject and time are these attributes, and all others are
            data. Parts without a place in events are counted. --transform names a JSON
            file with steps for each event, such as [{"copy":"/activity","to":"type"}].

            Events are imported in the order of the input, in batches. Each batch is
            recorded as a whole or not at all, and safe once it is counted. A batch of a
            slow pipe ends after a second. An event already in the store with the same
            content is skipped: run a stopped import again to continue it. Rows and
            events without an id get one computed from the name of the file, their place in
            it and their content. Importing the same file again adds nothing, also
            if it has grown at its end. --origin NAME gives the log another name: two files
            of one name are then two logs, and a renamed file stays the same log.

            Streams that begin with 'flx-' are reserved for the system: they contain acts
            of operators and parked events, and services obey them. Tags that begin with
            'flx-once:' are reserved too: they mark events already handled by a
            subscription, and commands carried out once. An export has such events. A
            store without events accepts them. In any other store a new one is a bad
            line unless --system is given, so no foreign log acts on your services. To
            continue a stopped import of your own export, give --system.

            Two sources with numbered events have the same ids: --id source+id makes ids of
            both, --id origin+id of the log and the id.

            A line is bad if it is no valid event, does not fit its registered schema in
            the store (unless --unchecked is given), is reserved for the system, or has a
            recorded id with other content. It is reported with its number and the reason,
            and the exit code is 1. A file is read to its end first, and nothing of it is
            imported if a line of it is no valid event. From a pipe, the import ends with
            the first bad line; the lines before it are in the store. With --skip-bad, bad
            lines are written to a new file, in their original format, and all others are
            imported; the exit code is 2 if there were any.
            """)

    private static let reported = 20

    @OptionGroup var common: CommonOptions

    @Argument(
        help: "The file; - is standard input.", completion: .file(extensions: ["jsonl", "json", "gz", "csv", "xes"]),
        transform: Given.text)
    var file: String

    @Option(
        help: ArgumentHelp("Puts bad lines into this new file.", valueName: "file"), completion: .file(),
        transform: Given.text)
    var skipBad: String?

    @OptionGroup var options: ReadingOptions

    @OptionGroup var changes: TransformOptions
    @OptionGroup var checking: CheckOptions

    @Option(help: "The number of events in a batch, 1 to 10000.")
    var batch = 1000

    @Flag(help: "Accepts events with streams or tags reserved for the system into a store with events.")
    var system = false

    /// The name of the input in messages.
    private var name: String { file == "-" ? "the input" : file }

    func run() async throws {
        guard (1...10_000).contains(batch) else { throw Failure(.usage, "--batch: must be 1 to 10000") }
        let schemas = try await schemaCheck()
        let reading = try options.options(for: file, try changes.loaded(), schemas)
        let skipped = try skipBad.map { path in
            let inputs = [file] + (changes.transform.map { [$0] } ?? [])
            return SkipFile(try OutputFile(path, option: "--skip-bad", inputs: inputs, stores: [common.path]), format: reading.format)
        }
        let reader = try EventReader(file, reading)
        if reader.isFile, skipped == nil { try check(try EventReader(file, reading)) }
        let meter = ProgressMeter("import", on: common.console)
        defer { meter.end() }
        var (tally, bad, isEmpty) = (Importer.Tally(), Int64(0), false)
        let last = try await common.withStoreToFill { store in
            isEmpty = try await store.lastPosition() == .start
            let importer = Importer(store: store, batchSize: batch, stopsAtBad: skipped == nil, takesSystem: system || isEmpty)
            do {
                try await importer.run(reader) { line in
                    if !line.item.endsLog { try skipped?.add(line.item) }
                    bad += 1
                    report(line, number: bad)
                } onProgress: { done, part in
                    tally = done
                    meter.update(done.total, part: part)
                }
            } catch let error as FlxError {
                try? skipped?.finish()
                throw interrupted(error, tally, reader, again(isEmpty, tally))
            }
            try skipped?.finish()
            return try await store.lastPosition()
        }
        meter.end()
        let result = ImportResult(tally: tally, leftOut: reader.leftOut, seconds: meter.seconds, last: last)
        result.say(of: name, origin: reading.reading.origin, on: common.console)
        try result.sheet.write(as: common.format, to: common.console)
        try judge(tally, skipped, reader, again(isEmpty, tally))
    }

    /// The schemas registered before the import begins.
    private func schemaCheck() async throws -> SchemaCheck? {
        guard FolderFacts.exists(common.path) else { return nil }
        do {
            return try await common.withStore { try await checking.check(in: $0) }
        } catch let error as FlxError where error.code == .incompatibleFormat || error.code == .readOnly {
            // Only a writer completes the unfinished work of a killed program.
            return try await common.withStore(.writing) { try await checking.check(in: $0) }
        }
    }

    /// Reads the file to its end, so nothing is imported if a line of it is bad.
    private func check(_ reader: EventReader) throws {
        let meter = ProgressMeter("check", on: common.console)
        defer { meter.end() }
        var bad: Int64 = 0
        while true {
            let batch = reader.batch(of: self.batch)
            for line in batch.bad {
                bad += 1
                report(line, number: bad)
            }
            meter.update(reader.count, part: reader.part)
            if let kind = reader.foreignKind { throw Failure(.usage, "\(name) \(kind.words)") }
            if let failure = batch.failure { throw Failure(failure.code == .cancelled ? .interrupted : .failure, failure.message) }
            if batch.isLast { break }
        }
        guard bad > 0 else { return }
        if let broken = reader.broken {
            let advice = "nothing was imported. Mend it and run the same import again"
            let place = "\(name) is broken at line \(broken.line), and nothing behind it can be read"
            throw Failure(.failure, "\(place); \(advice)\(hint(reader))")
        }
        let lines = "\(bad) of \(Quantity.count(Int(reader.count), "line")) \(bad == 1 ? "is" : "are") bad"
        let advice = "nothing was imported. Mend them, or set them aside with --skip-bad FILE"
        throw Failure(.failure, "\(name): \(lines); \(advice)\(hint(reader))")
    }

    private func report(_ bad: EventReader.BadLine, number: Int64) {
        if number <= Self.reported { common.console.say("\(file):\(bad.item.line): \(bad.reason)") }
        if number == Self.reported + 1 { common.console.say("… further bad lines are not shown") }
    }

    /// The advice to run the import again. Only an empty store accepts events reserved for the system by itself: now it has events.
    private func again(_ wasEmpty: Bool, _ tally: Importer.Tally) -> String {
        let words = "the same import again"
        return wasEmpty && !system && tally.imported > 0 ? words + " (an export of your own with --system)" : words
    }

    private func interrupted(_ error: FlxError, _ tally: Importer.Tally, _ reader: EventReader, _ again: String) -> Failure {
        if let kind = reader.foreignKind { return Failure(.usage, "\(name) \(kind.words)") }
        let failure = Failure(error)
        let status = failure.status == .usage ? Ending.failure : failure.status
        let count = tally.imported == 1 ? "1 event was" : "\(Quantity.grouped(tally.imported)) events were"
        let advice = error.code == .malformed ? "Mend the input and run" : "Run"
        return Failure(status, "\(error.message); \(count) imported until then. \(advice) \(again) to continue")
    }

    private func judge(_ tally: Importer.Tally, _ skipped: SkipFile?, _ reader: EventReader, _ again: String) throws {
        guard tally.bad > 0 else { return }
        let again = "Mend it and run \(again): existing events are skipped"
        if let broken = reader.broken {
            let words = skipped.flatMap { $0.words(importedAs: options.format(of: file)) }.map { ". \($0)" } ?? ""
            let place = "\(name) is broken at line \(broken.line), and nothing behind it was read"
            throw Failure(.failure, "\(place). \(again)\(words)\(hint(reader))")
        }
        guard let skipped else { throw Failure(.failure, "the import ended with a bad line. \(again)\(hint(reader))") }
        throw Failure(.found, (skipped.words(importedAs: options.format(of: file)) ?? "") + hint(reader))
    }

    /// Another possible format of the log, if the user named none.
    private func hint(_ reader: EventReader) -> String {
        guard options.format == nil, options.format(of: file) == .jsonl, let other = LogFormat(beginning: reader.beginning) else {
            return ""
        }
        return ". It looks like another format: try --format \(other.rawValue)"
    }
}
