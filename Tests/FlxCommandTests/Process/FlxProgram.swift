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
    func callAsFunction(_ arguments: String..., input: String = "", expecting status: Int32 = 0) async throws -> Run {
        let run = try await start(arguments, input: input).end()
        #expect(run.status == status, "flx \(arguments.joined(separator: " ")): \(run.errors)\(run.output.prefix(500))")
        return run
    }

    /// Starts a command.
    func start(_ arguments: [String], input: String = "") throws -> Running {
        try Running(Self.path, arguments, environment: ["FLX_STORE": store], input: input)
    }

    /// Starts a command whose input stays open after a text.
    func startIdle(_ arguments: [String], after text: String = "") throws -> Running {
        try Running(Self.path, arguments, environment: ["FLX_STORE": store], input: nil, idleAfter: text)
    }

    /// Starts a line of the shell, in which `$FLX` is the program; its input stays open.
    func startShell(_ line: String) throws -> Running {
        try Running("/bin/bash", ["-c", line], environment: ["FLX_STORE": store, "FLX": Self.path], input: nil)
    }

    /// Runs a line of the shell, in which `$FLX` is the program.
    func shell(_ line: String) async throws -> Run {
        let environment = ["FLX_STORE": store, "FLX": Self.path]
        return try await Running("/bin/bash", ["-c", "set -o pipefail; " + line], environment: environment, input: "").end()
    }
}

/// A process that was started, its streams on files so that nothing can fill up.
final class Running {
    private let process = Process()
    private let folder = TemporaryFolder()
    private let idle = Pipe()
    private let ended: AsyncStream<Void>

    init(_ path: String, _ arguments: [String], environment: [String: String], input: String?, idleAfter text: String = "") throws {
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]) { own, _ in own }
        if let input {
            process.standardInput = FileHandle(forReadingAtPath: try folder.write(input, to: "in"))
        } else {
            process.standardInput = idle
            idle.fileHandleForWriting.write(Data(text.utf8))
        }
        process.standardOutput = FileHandle(forWritingAtPath: try folder.write("", to: "out"))
        process.standardError = FileHandle(forWritingAtPath: try folder.write("", to: "err"))
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ended = ended
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    /// What it wrote so far.
    func output() throws -> String { try String(contentsOfFile: folder.file("out"), encoding: .utf8) }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until it ends, without holding a thread that other tests need.
    func end() async throws -> FlxProgram.Run {
        for await _ in ended {}
        return FlxProgram.Run(
            status: process.terminationStatus, output: try output(),
            errors: try String(contentsOfFile: folder.file("err"), encoding: .utf8))
    }
}

/// Waits for what another process does.
func eventually(_ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !holds() {
        try #require(ContinuousClock.now < deadline, "it did not come to pass within a minute")
        try await Task.sleep(nanoseconds: 2_000_000)
    }
}
