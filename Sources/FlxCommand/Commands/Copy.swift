import ArgumentParser
import FlxCore
import FlxEvents

struct Copy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies a log into another store, and compares both.",
        discussion: """
            Examples:
              flx copy --from old.db --to new.db
              flx copy --from old.db --to new.db --follow --until-silent 5 --checkpoints

            Events keep their order and their versions; the other store has positions of
            its own. Run a stopped or killed copy again to continue it: existing
            events are compared one by one, and a store with other events is refused. With
            --follow it continues with new events. To change over, stop the writers: after
            the seconds of silence the copy ends, with exit code 0 if both sides have the
            same sum, and 2 if they differ. With --checkpoints the subscriptions continue
            in the other store from the same place; it is refused if the events have other
            positions there.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The store to read; default: the usual one.", valueName: "path"), transform: Given.text)
    var from: String?

    @Option(help: ArgumentHelp("The store to write; a missing one is created.", valueName: "path"), transform: Given.text)
    var to: String

    @Flag(help: "Continues with new events.")
    var follow = false

    @Option(help: ArgumentHelp("With --follow: ends after this time without new events.", valueName: "seconds"))
    var untilSilent: Double?

    @Flag(help: "At the end, carries over the positions of the subscriptions.")
    var checkpoints = false

    func run() async throws {
        guard untilSilent == nil || follow else { throw Failure(.usage, "--until-silent goes with --follow") }
        guard (0...86_400).contains(untilSilent ?? 0) else { throw Failure(.usage, "--until-silent: must be 0 to 86400 seconds") }
        let meter = ProgressMeter("copy", on: common.console)
        defer { meter.end() }
        guard !FolderFacts.isSameFile(from ?? common.path, to) else {
            throw Failure(.usage, "--to: \(to) is the store that is copied; name another file")
        }
        let (report, carried): (CopyReport, Int?)
        do {
            (report, carried) = try await copied(meter)
        } catch let error as FlxError {
            guard error.code == .cancelled else { throw error }
            throw Failure(.interrupted, "interrupted; run the same copy again to continue")
        }
        meter.end()
        try show(report, carried, seconds: meter.seconds)
        guard report.isSame else {
            throw Failure(.found, "\(to) holds \(report.target.events) events that are not the \(report.source.events) of the source")
        }
    }

    private func copied(_ meter: ProgressMeter) async throws -> (CopyReport, Int?) {
        try await common.withStore(at: from ?? common.path) { source in
            let total = Double(try await source.lastPosition().value)
            // If the source cannot be read, no new store is left behind.
            _ = try await source.read(.everything, .forward, limit: 1_000)
            return try await common.withStore(.creating, at: to) { target in
                let copy = StoreCopy(from: source, to: target)
                let progress: @Sendable (Int64) -> Void = { meter.update($0, part: follow || total == 0 ? nil : Double($0) / total) }
                let report = follow
                    ? try await copy.follow(untilSilentFor: untilSilent.map { .seconds($0) }, progress: progress)
                    : try await copy.run(progress: progress)
                let carries = checkpoints && report.isSame
                return (report, carries ? try await CheckpointCopy(from: source, to: target).run(after: report) : nil)
            }
        }
    }

    private func show(_ report: CopyReport, _ carried: Int?, seconds: Double) throws {
        var sheet = Sheet()
        sheet.add("copied", "copied", report.copied)
        sheet.add("events", "events", report.source.events)
        sheet.add("sourcePosition", "last position there", report.sourcePosition.value)
        sheet.add("targetPosition", "last position here", report.targetPosition.value)
        sheet.add("sourceSum", "sum there", .string(report.source.description))
        sheet.add("targetSum", "sum here", .string(report.target.description))
        sheet.add("isSame", "the same", .bool(report.isSame), report.isSame ? "yes" : "no")
        if let carried { sheet.add("checkpoints", "checkpoints carried", Int64(carried)) }
        sheet.add("seconds", "time", EventValue(seconds) ?? .null, Quantity.time(seconds))
        try sheet.write(as: common.format, to: common.console)
    }
}
