import ArgumentParser
import FlxCore
import FlxEvents

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes in a log: CloudEvents, CSV, XES or OCEL.",
        discussion: """
            Examples:
              flx import orders.jsonl.gz
              zcat *.jsonl.gz | flx import - --skip-bad bad.jsonl
              flx import claims.xes.gz
              flx import table.csv --transform columns.json

            The input is one CloudEvent a line, or one array of them, packed by gzip or not.
            The subject of an event is its stream. A file whose name ends in .csv, .xes or
            .ocel.json (or --format) is a table, a log of XES or of OCEL 2.0: what flx
            export wrote comes back as it was, and of a log of others the traces and objects
            are streams. --transform names a file of JSON with steps that are done to each
            event first, such as [{"rename":"/activity","to":"type"}]. Events go in in the
            order of the input, in batches; each batch is there as a whole or not at all,
            and safe once it is counted. An event that is there already, with the same
            content, is passed over: an import that was stopped is run again and goes on.

            A bad line is one that is no valid event, does not fit the schema that is
            registered for it in the store (unless --unchecked is given), or whose id is
            recorded with other content. It is reported with its number and the reason, and
            the exit code is 1. A file is read through first, and nothing of it is imported
            while a line of it is no valid event. From a pipe, the import ends with the
            first bad line; what stands before it is in the store. With --skip-bad, bad
            lines are set aside in a file and all others go in; the exit code is 2 if there
            were any.
            """)

    private static let reported = 20

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file; - is standard input.", completion: .file(extensions: ["jsonl", "json", "gz", "csv", "xes"]))
    var file: String

    @Option(help: ArgumentHelp("Sets bad lines aside in this file.", valueName: "file"), completion: .file())
    var skipBad: String?

    @Option(help: "Where events go that have no subject.")
    var stream: String?

    @Option(help: "What the file is: jsonl, csv, xes or ocel; without it, its name tells, else it is jsonl.")
    var format: LogFormat?

    @OptionGroup var changes: TransformOptions
    @OptionGroup var checking: CheckOptions

    @Option(help: "So many events in a batch, 1 to 10000.")
    var batch = 1000

    func run() async throws {
        guard (1...10_000).contains(batch) else { throw Failure(.usage, "--batch: must be 1 to 10000") }
        let stream = try stream.map { name throws(FlxError) in try StreamName(name) }
        let skipped = try skipBad.map { try SkipFile($0) }
        let transform = try changes.loaded()
        let schemas = try await schemaCheck()
        let reader = try reader(stream, transform, schemas)
        if reader.isFile, skipped == nil { try check(try self.reader(stream, transform, schemas)) }
        let meter = ProgressMeter("import", on: common.console)
        defer { meter.end() }
        var tally = Importer.Tally()
        let last = try await common.withStoreToFill { store in
            let importer = Importer(store: store, batchSize: batch, stopsAtBad: skipped == nil)
            do {
                try await importer.run(reader) { bad in
                    try skipped?.add(bad.item)
                    report(bad, number: tally.bad + 1)
                } onProgress: { done, part in
                    tally = done
                    meter.update(done.total, part: part)
                }
            } catch let error as FlxError {
                throw interrupted(error, tally)
            }
            return try await store.lastPosition()
        }
        meter.end()
        try write(tally, seconds: meter.seconds, last)
        try judge(tally)
    }

    private func reader(_ stream: StreamName?, _ transform: Transform?, _ schemas: SchemaCheck?) throws(FlxError) -> EventReader {
        try EventReader(
            file, format: format ?? LogFormat(path: file) ?? .jsonl, stream: stream, transform: transform, schemas: schemas)
    }

    /// What is registered before the import begins.
    private func schemaCheck() async throws -> SchemaCheck? {
        guard FolderFacts.exists(common.path) else { return nil }
        return try await common.withStore { try await checking.check(in: $0) }
    }

    /// Reads the file through, so that nothing is imported while a line of it is bad.
    private func check(_ reader: EventReader) throws {
        let meter = ProgressMeter("check", on: common.console)
        defer { meter.end() }
        var (count, bad) = (Int64(0), Int64(0))
        while true {
            let batch = reader.batch(of: self.batch)
            for line in batch.bad {
                bad += 1
                report(line, number: bad)
            }
            count += Int64(batch.lines.count)
            meter.update(count, part: reader.part)
            if let failure = batch.failure { throw Failure(failure.code == .cancelled ? .interrupted : .failure, failure.message) }
            if batch.isLast { break }
        }
        guard bad > 0 else { return }
        let advice = "nothing was imported. Mend them, or set them aside with --skip-bad FILE"
        throw Failure(.failure, "\(file): \(bad) of \(count + bad) lines are bad; \(advice)")
    }

    private func report(_ bad: EventReader.BadLine, number: Int64) {
        if number <= Self.reported { common.console.say("\(file):\(bad.item.line): \(bad.reason)") }
        if number == Self.reported + 1 { common.console.say("… further bad lines are not shown") }
    }

    private func interrupted(_ error: FlxError, _ tally: Importer.Tally) -> Failure {
        let failure = Failure(error)
        let status = failure.status == .usage ? Ending.failure : failure.status
        let count = Quantity.grouped(tally.imported)
        return Failure(status, "\(error.message); \(count) events were imported until then. Run the same import again to go on")
    }

    private func write(_ tally: Importer.Tally, seconds: Double, _ last: Position) throws {
        var sheet = Sheet()
        sheet.add("imported", "imported", tally.imported)
        sheet.add("known", "there before", tally.known)
        sheet.add("bad", "bad", tally.bad)
        sheet.add("lastPosition", "last position", last.value)
        sheet.add("seconds", "time", EventValue(seconds) ?? .null, Quantity.time(seconds))
        sheet.add("eventsPerSecond", "rate", .int(Int64(Double(tally.total) / max(seconds, 1e-9))), Quantity.rate(tally.total, in: seconds))
        try sheet.write(as: common.format, to: common.console)
    }

    private func judge(_ tally: Importer.Tally) throws {
        guard tally.bad > 0 else { return }
        if let skipBad { throw Failure(.found, "\(tally.bad) bad lines were set aside in \(skipBad); mend them and import that file") }
        throw Failure(.failure, "the import ended with a bad line. Mend it and run the same import again: what is there is passed over")
    }
}
