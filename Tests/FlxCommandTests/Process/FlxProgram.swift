import FlxCore
import Foundation
import Testing

/// The built program, run as users run it.
struct FlxProgram {
    /// How a run ended and what it said.
    struct Run {
        let status: Int32
        let output: String
        let errors: String

        var lines: [Substring] { output.split(separator: "\n") }

        /// The output as one JSON document.
        func json() throws -> EventValue { try EventValue(json: Array(output.trimmingCharacters(in: .newlines).utf8)) }
    }

    /// It stands beside the program that runs the tests.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("flx").path

    /// The store that commands use.
    var store: String

    /// Runs a command to its end.
    @discardableResult
    func callAsFunction(_ arguments: String..., input: String = "", expecting status: Int32 = 0) throws -> Run {
        let process = try start(arguments, input: input)
        process.wait()
        let run = try process.run()
        #expect(run.status == status, "flx \(arguments.joined(separator: " ")): \(run.errors)\(run.output.prefix(500))")
        return run
    }

    /// Starts a command.
    func start(_ arguments: [String], input: String = "") throws -> Running {
        try Running(Self.path, arguments, environment: ["FLX_STORE": store], input: input)
    }

    /// Starts a command whose input stays open and says nothing.
    func startIdle(_ arguments: [String]) throws -> Running {
        try Running(Self.path, arguments, environment: ["FLX_STORE": store], input: nil)
    }

    /// Runs a line of the shell, in which `$FLX` is the program.
    func shell(_ line: String) throws -> Run {
        let environment = ["FLX_STORE": store, "FLX": Self.path]
        let process = try Running("/bin/bash", ["-c", "set -o pipefail; " + line], environment: environment, input: "")
        process.wait()
        return try process.run()
    }
}

/// A process that was started, its streams on files so that nothing can fill up.
final class Running {
    private let process = Process()
    private let folder = TemporaryFolder()
    private let idle = Pipe()

    init(_ path: String, _ arguments: [String], environment: [String: String], input: String?) throws {
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]) { own, _ in own }
        if let input {
            process.standardInput = FileHandle(forReadingAtPath: try folder.write(input, to: "in"))
        } else {
            process.standardInput = idle
        }
        process.standardOutput = FileHandle(forWritingAtPath: try folder.write("", to: "out"))
        process.standardError = FileHandle(forWritingAtPath: try folder.write("", to: "err"))
        try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var pid: Int32 { process.processIdentifier }

    /// What it wrote so far.
    func output() throws -> String { try String(contentsOfFile: folder.file("out"), encoding: .utf8) }

    func wait() { process.waitUntilExit() }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func run() throws -> FlxProgram.Run {
        FlxProgram.Run(
            status: process.terminationStatus, output: try output(),
            errors: try String(contentsOfFile: folder.file("err"), encoding: .utf8))
    }
}

/// Waits for what another process does.
func eventually(_ holds: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !holds() {
        try #require(ContinuousClock.now < deadline, "it did not come to pass within a minute")
        try await Task.sleep(nanoseconds: 2_000_000)
    }
}
