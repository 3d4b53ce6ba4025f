import ArgumentParser
import FlxCore

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads everything and compares it with its checksums and indexes.",
        discussion: """
            Example: flx verify && echo sound

            Works while others read and write. Exit code 2 when anything is damaged; the faults are listed.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = common.console
        let report = try await common.withStore { store in
            let meter = ProgressMeter("verify", on: console)
            defer { meter.end() }
            return try await store.verify { done, total in meter.update(done, part: total > 0 ? Double(done) / Double(total) : nil) }
        }
        let faults = report.faults.map { fault -> EventValue in
            ["position": fault.position.map { .int($0.value) } ?? .null, "message": .string(fault.message)]
        }
        var sheet = Sheet()
        sheet.add("events", "events", report.events)
        sheet.add("faultCount", "faults", Int64(faults.count))
        if common.format == .json || common.format == .jsonl { sheet.add("faults", "", .array(faults)) }
        try sheet.write(as: common.format, to: console)
        guard !report.faults.isEmpty else { return }
        for fault in report.faults.prefix(20) {
            console.say("flx: \(fault.position.map { "position \($0): " } ?? "")\(fault.message)")
        }
        throw Failure(.found, "\(report.faults.count) faults: restore the store from a copy, or export what can be read")
    }
}
