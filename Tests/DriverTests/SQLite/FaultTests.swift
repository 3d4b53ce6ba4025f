import Foundation
import Testing

/// The campaigns of `scripts/faults`: in their short form, or with FLX_FULL=1 in full. Their figures are in the log.
@Suite(.serialized) struct FaultTests {
    @Test(arguments: ["kills", "power", "plants", "migrations", "damage", "storm", "full", "subscriptions"])
    func keepsItsPromises(_ campaign: String) async throws {
        let isFull = ProcessInfo.processInfo.environment["FLX_FULL"] == "1"
        let output = Pipe()
        let process = try FaultProgram.start((isFull ? ["--full"] : []) + [campaign], output: output)
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        print(words, terminator: "")
        #expect(process.terminationStatus == 0, "\(words)")
        #expect(words.hasPrefix("\(campaign): "))
    }
}
