import ArgumentParser
import FlxCore
import FlxSQLite

struct Repair: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes indexes, tags, names and checkpoints anew from the events.",
        discussion: """
            Examples:
              flx repair --dry-run
              flx repair --yes

            Shows what is wrong first, and asks. Events are never touched: what is wrong
            with them is listed, with exit code 2, and only a backup has them. No process
            may have the store open for writing. Make a backup before, if one can be made.
            Damaged records beside the log cannot be made anew, and are taken away. A file
            that an older version made gets the newest format.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var consent: Consent

    @Flag(help: "Removes all views, to be built anew from the log.")
    var views = false

    func run() async throws {
        var (looked, isMended) = (RepairReport?.none, Bool?.some(false))
        do {
            let found = try await repair(isDryRun: true)
            looked = found
            for line in found.mended { common.console.say("to mend: \(line)") }
            if !found.mended.isEmpty, try consent.agreement.isGiven(for: "mend \(common.path)", on: common.console) {
                // After an error of the repair itself it is unknown whether it was done.
                isMended = nil
                let report = try await repair(isDryRun: false, expecting: consent.agreement == .given ? nil : found)
                looked = report
                guard consent.agreement == .given || report.mended == found.mended else {
                    isMended = false
                    throw Failure(.failure, "nothing was done: the store has changed since it was looked at; run the command again")
                }
                isMended = true
            }
        } catch {
            if (error as? FlxError)?.code == .locked { isMended = false }
            if common.format.isJSON { try write(looked, isMended: isMended, refusal: Failure.message(of: error)) }
            throw error
        }
        try write(looked, isMended: isMended)
        guard let report = looked, let first = report.faults.first else { return }
        for fault in report.faults.prefix(20) {
            common.console.say("flx: \(fault.position.map { "position \($0): " } ?? "")\(fault.message)")
        }
        let place = first.position.map { ", the first at position \($0)" } ?? ""
        let advice = "restore a backup, or flx export --skip-damaged"
        throw Failure(.found, "\(Quantity.faults(report.faults.count)) cannot be mended\(place): \(advice)")
    }

    private func repair(isDryRun: Bool, expecting found: RepairReport? = nil) async throws -> RepairReport {
        guard FolderFacts.exists(common.path) else { throw Failure(.usage, "there is no store \(common.path)") }
        let meter = BackupMeter("repair", on: common.console)
        defer { meter.end() }
        do throws(FlxError) {
            return try await common.waitingForLock { () async throws(FlxError) in
                try await SQLiteEventStore.repair(
                    common.path, forgetsViews: views, isDryRun: isDryRun, expecting: found, progress: meter.update)
            }
        } catch {
            guard error.code == .corrupt else { throw error }
            throw Failure(.found, "it cannot be repaired: \(error.message)")
        }
    }

    /// - Parameter report: Nil if the store could not be examined.
    private func write(_ report: RepairReport?, isMended: Bool?, refusal: String? = nil) throws {
        var sheet = Sheet()
        sheet.add("events", "events", report.map { .int($0.events) } ?? .null, report.map { Quantity.grouped($0.events) })
        sheet.add("changed", "changed", isMended.map { .bool($0) } ?? .null, isMended.map { $0 ? "yes" : "no" } ?? "unknown")
        let mended = report?.mended ?? []
        sheet.add(
            "mended", isMended == true ? "mended" : "to mend", .array(mended.map { .string($0) }),
            mended.isEmpty ? "nothing" : mended.joined(separator: "; "))
        let faults = report.map { Int64($0.faults.count) }
        sheet.add("faultCount", "faults that stay", faults.map { .int($0) } ?? .null, faults.map(Quantity.grouped))
        sheet.add("dryRun", nil, .bool(consent.dryRun))
        sheet.add("refusal", nil, refusal.map { .string($0) } ?? .null)
        try sheet.write(as: common.format, to: common.console)
    }
}
