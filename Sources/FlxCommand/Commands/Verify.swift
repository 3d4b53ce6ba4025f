import ArgumentParser
import FlxCore
import FlxSQLite

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads everything and compares it with its checksums and indexes.",
        discussion: """
            Examples:
              flx verify && echo sound
              flx verify /backups/events

            Without a path it reads the store: each event, each index, each checkpoint,
            while others read and write. A path is that of a backup or of the folder of an
            archive. Exit code 2 if anything is damaged; the faults are listed, the first
            one first.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A backup, or the folder of an archive; default: the store.", completion: .file(), transform: Given.text)
    var backup: String?

    func run() async throws {
        let console = common.console
        let path = backup ?? common.path
        guard FolderFacts.exists(path) else { throw Failure(.usage, "there is no \(backup == nil ? "store" : "backup") \(path)") }
        let meter = BackupMeter("verify", on: console)
        defer { meter.end() }
        let report: VerificationReport
        do throws(FlxError) {
            report = try await SQLiteEventStore.verify(backup: path, progress: meter.update)
        } catch {
            guard error.code == .corrupt else { throw error }
            // The damage prevents walking through the store.
            meter.end()
            try write(events: 0, faults: [["position": nil, "message": .string(error.message)]])
            throw Failure(.found, error.message)
        }
        meter.end()
        try write(events: report.events, faults: report.faults.map { fault in
            ["position": fault.position.map { .int($0.value) } ?? .null, "message": .string(fault.message)]
        })
        guard !report.faults.isEmpty else { return }
        for fault in report.faults.prefix(20) {
            console.say("flx: \(fault.position.map { "position \($0): " } ?? "")\(fault.message)")
        }
        let advice = backup == nil ? "flx repair mends what is made from events, a backup has the rest" : "do not rely on this backup"
        throw Failure(.found, "\(Quantity.faults(report.faults.count)): \(advice)")
    }

    private func write(events: Int64, faults: [EventValue]) throws {
        var sheet = Sheet()
        sheet.add("events", "events", events)
        sheet.add("faultCount", "faults", Int64(faults.count))
        if common.format == .json || common.format == .jsonl { sheet.add("faults", "", .array(faults)) }
        try sheet.write(as: common.format, to: common.console)
    }
}
