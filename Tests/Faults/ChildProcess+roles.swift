import ChildProcesses
import Foundation

extension ChildProcess {
    /// Starts this program again in the role of a child, until it is killed.
    /// - Parameter variables: Additional environment variables.
    convenience init(role arguments: [String], variables: [String: String] = [:], limit: Duration = .seconds(180)) throws {
        let environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        try self.init(Bundle.main.executablePath ?? CommandLine.arguments[0], arguments, environment: environment, limit: limit)
    }

    /// Lets the child work for a time after its first words.
    func work(microseconds: Int) async throws {
        _ = try await firstWords()
        try await Task.sleep(nanoseconds: UInt64(microseconds) * 1_000)
    }

    /// Kills the child. Returns its whole output.
    func crash() async throws -> String {
        send(SIGKILL)
        return try await end().output
    }
}

/// Runs a program of the system.
/// - Returns: True if it succeeded.
@discardableResult
func system(_ program: String, _ arguments: String...) async throws -> Bool {
    var environment = ProcessInfo.processInfo.environment
    environment["PATH", default: ""] += ":/usr/sbin:/sbin"
    return try await ChildProcess("/usr/bin/env", [program] + arguments, environment: environment).end().status == 0
}
