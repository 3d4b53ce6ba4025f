import ChildProcesses
import Foundation
import Testing

/// The campaigns of `scripts/faults`: in their short form, or with FLX_FULL=1 in full. Their figures are in the log.
@Suite(.serialized) struct FaultTests {
    @Test(arguments: [
        "kills", "power", "plants", "migrations", "damage", "storm", "full", "subscriptions", "backup-load", "backup-kills",
        "archive-damage", "copy-kills", "views", "view-marks", "rebuilds", "snapshots", "repetition", "sidecars",
        "permissions", "bystanders", "medium", "crafted",
    ])
    func keepsItsPromises(_ campaign: String) async throws {
        let isFull = ProcessInfo.processInfo.environment["FLX_FULL"] == "1"
        let process = try ChildProcess(FaultProgram.path, (isFull ? ["--full"] : []) + [campaign], limit: .seconds(isFull ? 10_800 : 600))
        let run = try await process.end()
        let words = run.output + run.errors
        print(words, terminator: "")
        #expect(run.status == 0, "\(words)")
        #expect(words.hasPrefix("\(campaign): "))
    }
}
