import ArgumentParser
import FlxCore
import FlxEvents
import FlxSQLite

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a new store of a backup, as of its end or an earlier point.",
        discussion: """
            Examples:
              flx restore /backups/events.db --to events.db
              flx restore /backups/events --to before.db --at 2026-03-01T14:00:00Z
              flx restore events.db --to before.db --at 81220 --checkpoints end
              flx restore /backups/events --drill

            The restored events have their original positions, versions and times of
            recording. --at takes a position, or a time: then the last restored event is
            the one before the first with a later time of recording. Before the end of a
            backup, views and snapshots beyond the point are dropped, and named. Readers
            beyond it begin anew and handle their events a second time; --checkpoints end
            leaves them at the end of the restored log instead. Nothing is ever
            overwritten. A drill restores to a temporary folder, verifies the copy,
            compares it with an existing store event by event, and removes it; exit code 2
            if they differ.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The file of a backup, or the folder of an archive.", completion: .file(), transform: Given.text)
    var backup: String

    @Option(help: ArgumentHelp("The file of the new store.", valueName: "path"), completion: .file(), transform: Given.text)
    var to: String?

    @Option(help: ArgumentHelp("A position, or a time (2026-01-31, or 2026-01-31T12:00:00Z).", valueName: "point"))
    var at: String?

    @Option(
        help: ArgumentHelp("Readers already beyond the point: drop (they begin anew) or end.", valueName: "drop|end"),
        transform: { text in
            guard let checkpoints = RestoredCheckpoints(rawValue: text) else { throw ValidationError("it must be drop or end") }
            return checkpoints
        })
    var checkpoints = RestoredCheckpoints.drop

    @Flag(help: "Tests the restore of the backup, and keeps nothing.")
    var drill = false

    @Option(
        name: .customLong("in"), help: ArgumentHelp("The folder for a drill; default: the system's.", valueName: "folder"),
        transform: Given.text)
    var folder: String?

    func run() async throws {
        let point = try point()
        guard (to != nil) != drill else { throw Failure(.usage, "--to PATH or --drill: give one of them") }
        guard folder == nil || drill else { throw Failure(.usage, "--in: it goes with --drill") }
        guard FolderFacts.exists(backup) else { throw Failure(.usage, "there is no backup \(backup)") }
        if let to {
            let meter = BackupMeter("restore", on: common.console)
            defer { meter.end() }
            let report = try await SQLiteEventStore.restore(backup, to: to, upTo: point, checkpoints: checkpoints, progress: meter.update)
            meter.end()
            try sheet(report, seconds: meter.seconds).write(as: common.format, to: common.console)
            return warn(of: report)
        }
        let scratch = try folder.map { try ScratchStore(in: $0) } ?? ScratchStore()
        defer { scratch.remove() }
        try await practise(scratch.path, upTo: point)
    }

    /// Restores to a temporary place, and compares.
    private func practise(_ path: String, upTo point: RestorePoint) async throws {
        let isThere = FolderFacts.exists(common.path)
        guard isThere || !common.isStoreNamed else {
            throw Failure(.usage, "there is no store \(common.path) to compare with; name another, or none for a drill of the backup alone")
        }
        let meter = BackupMeter("restore", on: common.console)
        defer { meter.end() }
        let report = try await SQLiteEventStore.restore(backup, to: path, upTo: point, checkpoints: checkpoints, progress: meter.update)
        let seconds = meter.seconds
        let comparison = isThere ? try await compare(path) : nil
        meter.end()
        warnOfRest(report)
        var sheet = sheet(report, seconds: seconds)
        let isSame = comparison.map { $0.end == .both || $0.end == .first }
        sheet.add("sameAsStore", "same as the store", isSame.map { .bool($0) } ?? .null, Self.words(comparison, store: common.path))
        try sheet.write(as: common.format, to: common.console)
        guard isSame ?? true else { throw Failure(.found, "the backup is not a part of the log in \(common.path)") }
    }

    private func compare(_ path: String) async throws -> CommonPrefix {
        let meter = ProgressMeter("compare", on: common.console)
        return try await common.withStore(at: path) { restored in
            try await common.withStore { store in
                try await restored.commonPrefix(with: store, by: .records) { meter.update($0, part: nil) }
            }
        }
    }

    private static func words(_ comparison: CommonPrefix?, store: String) -> String {
        switch comparison?.end {
        case nil: "not compared, there is no \(store)"
        case .both: "yes, to its end"
        case .first: "yes, up to position \(comparison?.position ?? .start)"
        case .second: "no, the store ends at position \(comparison?.otherPosition ?? .start)"
        case .difference(let position, _): "no, they part at position \(position)"
        }
    }

    private func sheet(_ report: RestoreReport, seconds: Double) -> Sheet {
        var sheet = Sheet()
        sheet.add("store", "store", to.map { .string($0) } ?? .null, to ?? "none, a drill")
        sheet.add("events", "events", report.events)
        sheet.add("lastPosition", "last position", report.lastPosition.value)
        sheet.add("readers", "readers beyond the point", .array(report.readers.map { reader in
            [
                "name": .string(reader.name), "before": .int(reader.before.value), "after": .int(reader.after.value),
                "repeats": .int(reader.repeats),
            ]
        }), report.readers.isEmpty ? "none" : "\(report.readers.count)")
        for (key, label, names) in [
            ("droppedCheckpoints", "checkpoints dropped", report.droppedCheckpoints),
            ("droppedViews", "views dropped", report.droppedViews), ("droppedTables", "tables dropped", report.droppedTables),
            ("keptSpaces", "records kept", report.keptSpaces),
        ] {
            let text = names.isEmpty ? "none" : names.joined(separator: ", ")
            sheet.add(key, label, .array(names.map { .string($0) }), text)
        }
        sheet.add("seconds", "time", EventValue(seconds) ?? .null, Quantity.time(seconds))
        return sheet
    }

    /// Names the readers that would handle events a second time: this can repeat payments and letters.
    private func warn(of report: RestoreReport) {
        warnOfRest(report)
        let repeating = report.readers.filter { $0.repeats > 0 }
        for reader in repeating {
            common.console.say("flx: '\(reader.name)' begins anew, and repeats at most \(reader.repeats) events")
        }
        if !repeating.isEmpty { common.console.say("flx: restore with --checkpoints end to leave them at the end of the log instead") }
    }

    /// Names what is not as it was at the point, and then the views that were left out.
    private func warnOfRest(_ report: RestoreReport) {
        for space in report.keptSpaces {
            common.console.say("flx: the records '\(space)' are as at the end of the backup: look at them before the service starts")
        }
        for fault in report.damagedViews { common.console.say("flx: damaged in the backup, and left out: \(fault)") }
    }

    private func point() throws -> RestorePoint {
        guard let at else { return .end }
        if let number = Int64(at) { return .position(try Position(number)) }
        return .time(try FilterOptions.time(at, "--at") ?? Timestamp(nanoseconds: 0))
    }
}
