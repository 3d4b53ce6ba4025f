import Foundation

/// The program of fault campaigns, which the tests run as other processes.
enum FaultProgram {
    /// It is built into the folder where the tests are.
    static let url = Bundle.main.bundleURL.deletingLastPathComponent().appendingPathComponent("flx-faults")
    static let candidates = [url, Bundle.main.bundleURL.appendingPathComponent("flx-faults")]

    static var path: String? { candidates.map(\.path).first { FileManager.default.isExecutableFile(atPath: $0) } }

    /// Starts the program.
    static func start(_ arguments: [String], output: Pipe) throws -> Process {
        guard let path else { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "\(candidates)"]) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try? output.fileHandleForWriting.close()
        return process
    }
}

/// Another process that writes to a store until it is killed.
final class WritingProcess {
    private let process: Process
    private let output = Pipe()

    /// Returns when the first append is acknowledged.
    init(_ path: String) throws {
        process = try FaultProgram.start(["write", path, "1", "full"], output: output)
        _ = output.fileHandleForReading.availableData
    }

    deinit {
        kill()
    }

    var id: Int32 { process.processIdentifier }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        _ = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
    }
}
