import ChildProcesses
import FlxCore
import Foundation
import Testing

/// The built program, run as users run it.
struct FlxProgram {
    /// It stands beside the program that runs the tests.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("flx").path

    /// The store that commands use.
    var store: String
    /// Further variables of its environment.
    var variables: [String: String] = [:]

    /// Runs a command to its end.
    /// - Parameter status: Its exit code; nil for any.
    @discardableResult
    func callAsFunction(_ arguments: String..., input: String = "", expecting status: Int32? = 0) async throws -> ChildProcess.Ending {
        let run = try await start(arguments, input: .text(input)).end()
        #expect(run.status == status ?? run.status, "flx \(arguments.joined(separator: " ")): \(run.errors)\(run.output.prefix(500))")
        return run
    }

    /// Starts a command.
    func start(_ arguments: [String], input: ChildProcess.Input = .text("")) throws -> ChildProcess {
        try ChildProcess(Self.path, arguments, environment: environment, input: input)
    }

    /// Runs a line of the shell, in which `$FLX` is the program.
    func shell(_ line: String) async throws -> ChildProcess.Ending {
        try await ChildProcess("/bin/bash", ["-c", "set -o pipefail; " + line], environment: environment).end()
    }

    private var environment: [String: String] {
        ["FLX_STORE": store, "FLX": Self.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"].merging(variables) { $1 }
    }
}

extension ChildProcess.Ending {
    var lines: [Substring] { output.split(separator: "\n") }

    /// The output as one JSON document.
    func json() throws -> EventValue { try EventValue(json: Array(output.trimmingCharacters(in: .newlines).utf8)) }
}
