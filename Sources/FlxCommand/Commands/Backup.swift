import ArgumentParser
import FlxCore
import FlxSQLite

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies the store, even while it is used, into a file or an archive.",
        discussion: """
            Examples:
              flx backup /backups/events.db
              flx backup --incremental /backups/events && flx verify /backups/events

            A file is a whole copy as of one moment. It replaces the earlier one of the
            same log after it is written and verified. With --incremental, a folder gets
            the events recorded since the last run, in parts that never change; views and
            snapshots are not in it. If the command is interrupted, the earlier backup
            stays whole. flx restore restores either.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file of the backup; with --incremental, the folder of the archive.", completion: .file(), transform: Given.text)
    var backup: String

    @Flag(help: "Adds new events to an archive.")
    var incremental = false

    @Option(help: ArgumentHelp("Maximum number of megabytes a second.", valueName: "megabytes"))
    var rate: Double?

    @Flag(help: "Does not read the written data back.")
    var skipVerify = false

    func run() async throws {
        guard FolderFacts.exists(common.path) else { throw Failure(.usage, "there is no store \(common.path)") }
        var options = BackupOptions()
        options.verifies = !skipVerify
        if let rate {
            guard rate > 0, rate <= 1e6 else { throw Failure(.usage, "--rate: must be more than 0, in megabytes a second") }
            options.bytesPerSecond = max(1, Int64(rate * 1e6))
        }
        let settings = options
        let meter = BackupMeter("backup", on: common.console)
        defer { meter.end() }
        let report = try await withSQLiteEventStore(.readOnly(path: common.path)) { store in
            incremental
                ? try await store.archive(into: backup, settings, progress: meter.update)
                : try await store.backup(to: backup, settings, progress: meter.update)
        }
        meter.end()
        var sheet = Sheet()
        sheet.add("backup", "backup", .string(backup))
        sheet.add("events", "events", report.events)
        sheet.add("added", "new in this run", report.added)
        sheet.add("lastPosition", "last position", report.lastPosition.value)
        sheet.add("bytes", "size", .int(report.bytes), Quantity.bytes(report.bytes))
        sheet.add("verified", "verified", .bool(!skipVerify), skipVerify ? "no" : "yes")
        sheet.add("seconds", "time", EventValue(meter.seconds) ?? .null, Quantity.time(meter.seconds))
        try sheet.write(as: common.format, to: common.console)
    }
}

/// Shows the progress of a backup through its stages.
final class BackupMeter: Sendable {
    private let copy: ProgressMeter
    private let verification: ProgressMeter

    init(_ title: String, on console: Console) {
        copy = ProgressMeter(title, on: console)
        verification = ProgressMeter("verify", on: console)
    }

    var seconds: Double { copy.seconds }

    @Sendable func update(_ progress: BackupProgress) {
        let part = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
        (progress.stage == .copy ? copy : verification).update(progress.done, part: part)
    }

    func end() {
        copy.end()
    }
}
