import FlxEvents
import Foundation

/// Importing a log of JSON lines by the program `flx`, into a new store with all guarantees on.
struct ImportSuite {
    let plan: Plan
    private static let lines = 400_000

    func run() async throws {
        guard plan.wants("import"), let program = plan.program else { return }
        var rates: [Double] = []
        var peaks: [Int: [Double]] = [:]
        for lines in [Self.lines, Self.lines / 10] {
            let path = plan.path("import-\(lines).jsonl")
            try write(lines, to: path)
            for _ in 0..<3 {
                let (seconds, peak) = try await run(program, importing: path)
                if lines == Self.lines { rates.append(Double(lines) / seconds) }
                peaks[lines, default: []].append(peak)
            }
            try FileManager.default.removeItem(atPath: path)
        }
        try await plan.measure("import.rate", "events/s") { rates }
        try await plan.measure("import.peak_rss", "MiB") { peaks[Self.lines] ?? [] }
        try await plan.measure("import.tenth.peak_rss", "MiB") { peaks[Self.lines / 10] ?? [] }
    }

    private func write(_ lines: Int, to path: String) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { throw FlxError(.io, "\(path): cannot be written") }
        let maker = try OrderMaker()
        for start in stride(from: 0, to: lines, by: 1_000) {
            var text: [UInt8] = []
            for number in start..<min(start + 1_000, lines) {
                text += CloudEventsJSON.encode(try maker.event(in: OrderMaker.stream(number / 10))) + [UInt8(ascii: "\n")]
            }
            try file.write(contentsOf: text)
        }
        try file.close()
    }

    /// The seconds that an import takes, and the most memory that it had.
    private func run(_ program: String, importing path: String) async throws -> (seconds: Double, peak: Double) {
        let store = plan.path("import.db")
        StoreFiles.remove(store)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["import", path, "--store", store]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let clock = ContinuousClock()
        var peak = 0.0
        let start = clock.now
        try process.run()
        while process.isRunning {
            peak = max(peak, (try? Memory.peak(of: "\(process.processIdentifier)")) ?? 0)
            try await clock.sleep(for: .milliseconds(5))
        }
        let seconds = (clock.now - start) / .seconds(1)
        guard process.terminationStatus == 0 else { throw FlxError(.io, "flx import ended with \(process.terminationStatus)") }
        StoreFiles.remove(store)
        return (seconds, peak)
    }
}
