import ArgumentParser
import Dispatch
import FlxCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs a command from its arguments to its exit code.
public enum Program {
    /// Runs a program as ``run(_:)`` does, from a synchronous main function. An asynchronous one opens files of the system before its first
    /// line, and these would take the numbers of closed standard streams.
    public static func start(_ arguments: [String]) -> Never {
        holdStandardStreams()
        Task { await run(arguments) }
        while true { pause() }
    }

    /// Runs the command in the arguments (the first one is the program's name), and ends the process with its exit code.
    public static func run(_ arguments: [String]) async -> Never {
        guard !arguments.isEmpty else {
            // Not even a name: a static program on Linux finds its arguments in /proc alone.
            Console.standard.say("flx: the arguments cannot be read: is /proc mounted?")
            exit(Ending.unavailable.rawValue)
        }
        let arguments = Array(arguments.dropFirst())
        // A lost reader is an error of the write; a file beyond a size limit is an error of the store.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        // Before anything else, so no signal finds the program without it.
        let interruption = Interruption()
        let command = Task { await perform(arguments) }
        interruption.cancels(command)
        // After a signal the command finishes; its commits stay.
        let status = await command.value
        exit((interruption.isRequested ? Ending.interrupted : close(.standard, status)).rawValue)
    }

    /// Takes the numbers of missing standard streams, so no file or queue gets one of them.
    private static func holdStandardStreams() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The wrong way round, so reading and writing fail, as with a closed stream.
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    private static func perform(_ arguments: [String]) async -> Ending {
        let console = Console.standard
        do {
            try checkTexts()
            try checkHelp(arguments)
            var command = try Flx.parseAsRoot(arrange(arguments))
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try console.flush()
            return .success
        } catch {
            return report(error, on: console)
        }
    }

    /// The status at the end of all output: some file systems report a failed write only when the file is closed.
    private static func close(_ console: Console, _ status: Ending) -> Ending {
        do {
            try console.close()
            return status
        } catch {
            let failure = report(error, on: console)
            return status == .success ? failure : status
        }
    }

    private static func report(_ error: any Error, on console: Console) -> Ending {
        let failure: Failure
        switch error {
        case is BrokenPipe: return .success
        case let error as Failure: failure = error
        case let error as FlxError: failure = Failure(error)
        case is CancellationError: failure = .interruption
        default: return reportParsing(error, on: console)
        }
        // Results until then are data and belong before the message.
        try? console.flush()
        if !failure.message.isEmpty { console.say("flx: " + failure.message, failure.details) }
        return failure.status
    }

    /// Shows help and versions as data, and misunderstood arguments as a message.
    private static func reportParsing(_ error: any Error, on console: Console) -> Ending {
        // If there is less room than its columns take, the parser's help ends the process.
        let width = Environment["COLUMNS"].flatMap { Int($0) } ?? console.width ?? 80
        if width < 40 { setenv("COLUMNS", "40", 1) }
        let text = Flx.fullMessage(for: error)
        guard Flx.exitCode(for: error).isSuccess else {
            console.say(text, keepingLines: true)
            return Flx.exitCode(for: error) == .validationFailure ? .usage : .failure
        }
        do {
            try console.end { try console.line(text) }
            return .success
        } catch {
            return report(error, on: console)
        }
    }

    /// Ends the command if a text from outside is not UTF-8: with replaced characters it would be the name of another file, and other data.
    private static func checkTexts() throws(Failure) {
        func isText(_ bytes: UnsafePointer<CChar>) -> Bool { String(validatingCString: bytes) != nil }
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let bytes = CommandLine.unsafeArgv[index], !isText(bytes) else { continue }
            throw Failure(.usage, "'\(String(cString: bytes))' is no UTF-8: write or rename it so")
        }
        for name in ["FLX_STORE", "TMPDIR"] {
            guard let bytes = getenv(name), !isText(bytes) else { continue }
            throw Failure(.usage, "\(name): '\(String(cString: bytes))' is no UTF-8: rename it")
        }
    }

    /// Ends `help` for an unknown command: the parser would answer with the help of the part it found.
    private static func checkHelp(_ arguments: [String]) throws(Failure) {
        guard arguments.first == "help" else { return }
        var (command, path): (any ParsableCommand.Type, String) = (Flx.self, "flx")
        for word in arguments.dropFirst() where word.utf8.first != UInt8(ascii: "-") {
            guard let next = command.configuration.subcommands.first(where: { name(of: $0) == word }) else {
                throw Failure(.usage, "there is no command '\(path) \(word)'; \(path) --help lists what there is")
            }
            (command, path) = (next, path + " " + word)
        }
    }

    static func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }

    /// Moves options before the command behind it: the commands expect them there.
    static func arrange(_ arguments: [String]) -> [String] {
        var (moved, rest) = ([String](), arguments[...])
        while let first = rest.first {
            if first == "--json" || first.begins(with: "--store=") || first.begins(with: "--output=") {
                moved.append(rest.removeFirst())
            } else if ["--store", "-o", "--output"].contains(first), rest.count > 1 {
                moved += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest.isEmpty ? arguments : rest[..<end] + moved + rest[end...]
    }
}

/// The signals from a user or a supervisor for stopping the program.
///
/// They cancel the command from a thread of Dispatch: on one processor Swift's tasks have a single thread, and the command may hold it.
private final class Interruption: Sendable {
    private struct State {
        var isRequested = false
        var command: Task<Ending, Never>?
    }

    private let state = Mutex(State())

    /// Holds the signals back from now on. The first one cancels the command; the second one ends the program at once.
    init() {
        let numbers = [SIGINT, SIGTERM]
        // A queue of its own has a thread whatever the other ones do.
        let queue = DispatchQueue(label: "flx.signals")
        for number in numbers {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // Its handler keeps the source until then.
            source.setEventHandler { [self, source] in
                for number in numbers { signal(number, SIG_DFL) }
                source.cancel()
                request()
            }
            source.resume()
        }
    }

    /// True after the first signal.
    var isRequested: Bool { state.withLock(\.isRequested) }

    /// Cancels a command at the first signal, or at once if there was one.
    func cancels(_ command: Task<Ending, Never>) {
        let isRequested = state.withLock { state in
            state.command = command
            return state.isRequested
        }
        if isRequested { command.cancel() }
    }

    private func request() {
        let command = state.withLock { state in
            state.isRequested = true
            return state.command
        }
        command?.cancel()
    }
}
