import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A process that a test or a campaign started.
///
/// Foundation's `Process` is of no use here: a child that is started at the same moment as another inherits the other's pipes, so that an
/// end of input never comes, and the end of a child is noticed only when all of its own children have ended too. Here each stream is
/// a file that the child opens for itself, and its end is what the system says it is. After its limit, or when nobody holds this
/// value any more, the child is killed.
package final class ChildProcess: Sendable {
    /// How a child ended and what it wrote.
    package struct Ending: Sendable {
        /// The exit code, or less than zero: the signal that ended it.
        package let status: Int32
        package let output: String
        package let errors: String
    }

    /// Where the standard input of a child comes from.
    package enum Input: Sendable {
        case text(String)
        /// It stays open, and gets what is written by ``ChildProcess/write(_:)``.
        case open
        /// A terminal of its own, at which ``ChildProcess/write(_:)`` types: `\u{3}` is Ctrl-C.
        case terminal
    }

    private let program: String
    private let limit: Duration
    private let watch: Watch
    private let streams: Streams

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: All of its environment; by default that of this process.
    ///   - limit: How long it may run.
    /// - Throws: ``Failure`` when it cannot be started.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String] = ProcessInfo.processInfo.environment,
        input: Input = .text(""), limit: Duration = .seconds(600)
    ) throws {
        self.program = ([program] + arguments).joined(separator: " ")
        self.limit = limit
        streams = try Streams(input)
        watch = Watch(try Spawn.start(program, arguments, environment, streams), limit: limit)
    }

    deinit {
        watch.send(SIGKILL)
    }

    /// The number of the process.
    package var id: Int32 { watch.id }

    /// Whether it ended by now.
    package var hasEnded: Bool { watch.hasEnded }

    /// What it wrote to its standard output so far.
    package var output: String { streams.text("out") }

    /// What it wrote to its standard error so far.
    package var errors: String { streams.text("err") }

    /// Sends a signal, unless it ended already.
    package func send(_ signal: Int32) { watch.send(signal) }

    /// Writes to its open input; returns when it, or the buffer between, has taken everything.
    /// - Throws: ``Failure`` when it ended before.
    package func write(_ text: String) async throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            if hasEnded { throw Failure("\(program) ended before it had read its input: \(streams.text("err"))") }
            rest = rest.dropFirst(streams.write(rest))
            if !rest.isEmpty { try await Task.sleep(nanoseconds: 500_000) }
        }
    }

    /// Waits for the first words on its standard output, or for its end.
    package func firstWords() async throws -> String {
        while output.isEmpty && !hasEnded { try await Task.sleep(nanoseconds: 500_000) }
        return output
    }

    /// Waits for its end, without holding a thread.
    /// - Throws: ``Failure`` when it was killed because its limit passed.
    @discardableResult
    package func end() async throws -> Ending {
        let status = await watch.end()
        let ending = Ending(status: status, output: output, errors: streams.text("err"))
        if watch.isOverdue {
            throw Failure("\(program) did not end within \(limit): \(ending.errors.suffix(2_000))\(ending.output.suffix(2_000))")
        }
        return ending
    }

    /// Why a child is not as it should be.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) {
            self.description = description
        }
    }
}

/// Waits for what another process does, at most for ten minutes: many of them start at once.
package func eventually(_ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try await !holds() {
        guard ContinuousClock.now < deadline else { throw ChildProcess.Failure("it did not come to pass within ten minutes") }
        try await Task.sleep(nanoseconds: 2_000_000)
    }
}
