import ArgumentParser
import FlxCore
import FlxSQLite

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks for dangers to the store or its users: disk, locks, versions, speed.",
        discussion: """
            Example: flx doctor

            Changes nothing in the store; it writes a small file beside it for a moment, to
            time the disk. Exit code 2 when something needs attention. flx verify reads the
            events themselves.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        var checkup = Checkup()
        let folder = FolderFacts(around: common.path)
        checkup.examine(folder)
        checkup.examine(flushes: folder.flushTimes(count: 20))
        checkup.examine(sqlite: SQLiteEventStore.sqliteVersion)
        if !FolderFacts.exists(common.path) {
            checkup.note(.warning, "store", "\(common.path) does not exist; flx import, flx append or a service creates it")
        } else {
            await examineStore(&checkup)
        }
        try write(checkup.findings)
        let count = checkup.findings.count { $0.level != .fine }
        if count > 0 { throw Failure(.found, count == 1 ? "one thing needs attention" : "\(count) things need attention") }
    }

    private func examineStore(_ checkup: inout Checkup) async {
        do {
            let (figures, readTime) = try await common.withStore { store in
                let start = EventClock.system.now()
                _ = try await store.read(.everything, .backward, limit: 100)
                return (try await store.statistics(), EventClock.system.now().duration(since: start))
            }
            let count = Quantity.grouped(figures.events)
            checkup.note(.fine, "store", "opens; \(count) events, the last 100 read in \(readTime.milliseconds(digits: 1)) ms")
        } catch {
            checkup.note(.fault, "store", (error as? FlxError)?.message ?? String(describing: error))
        }
    }

    private func write(_ findings: [Checkup.Finding]) throws {
        let console = common.console
        var listing = Listing([Column("result"), Column("check"), Column("finding")], as: common.format, to: console)
        for finding in findings {
            try listing.add(
                [finding.level.rawValue, finding.check, finding.message],
                json: [
                    "result": .string(finding.level.rawValue), "check": .string(finding.check), "finding": .string(finding.message),
                ])
        }
        try listing.finish()
    }
}
