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

/// The output of the program: data to standard output, messages to standard error. Nothing else in the program writes to either.
///
/// Data is gathered and written in large pieces. Text that may be harmful passes through ``Escape`` before it gets here.
final class Console: Sendable {
    /// The program's own streams.
    static let standard = Console(output: 1, errors: 2)

    /// True if a person reads standard output.
    let isTerminal: Bool
    /// True if a person reads standard error, and a line may be written over.
    let isErrorTerminal: Bool
    /// True if colours are wanted on standard output (https://no-color.org).
    let usesColour: Bool
    /// The columns of the terminal; nil when standard output is none.
    let width: Int?

    /// The number of bytes that a ready pipe accepts without waiting.
    private static let pieceBytes = 4096

    private struct State {
        var pending: [UInt8] = []
        var hasStatus = false
    }

    private let output: Int32
    private let errors: Int32
    private let state = Mutex(State())

    init(output: Int32, errors: Int32) {
        self.output = output
        self.errors = errors
        isTerminal = isatty(output) == 1
        isErrorTerminal = isatty(errors) == 1
        usesColour = isTerminal && Environment["NO_COLOR"] == nil && Environment["TERM"] != "dumb"
        var size = winsize()
        width = isTerminal && ioctl(output, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }

    /// Writes data.
    /// - Throws: ``BrokenPipe`` if the reader has gone, ``Failure`` if the data cannot be written.
    func write(_ bytes: some Sequence<UInt8>) throws {
        try state.withLock { state in
            state.pending.append(contentsOf: bytes)
            if state.pending.count >= 1 << 16 { try flush(&state) }
        }
    }

    /// Writes a line of data.
    func line(_ text: String) throws {
        try write(text.utf8)
        try write(CollectionOfOne(UInt8(ascii: "\n")))
    }

    /// Writes the gathered data.
    func flush() throws {
        try state.withLock { try flush(&$0) }
    }

    /// Writes the last of a command's output. A reader that has gone does not change the outcome of the command.
    func end(_ output: () throws -> Void = {}) throws {
        do {
            try output()
            try flush()
        } catch is BrokenPipe {}
    }

    /// Ends the output. Nothing may be written after it.
    /// - Throws: ``Failure`` if the system reports now that data was not written to a file.
    func close() throws {
        var status = stat()
        guard fstat(output, &status) == 0, status.st_mode & S_IFMT == S_IFREG, systemClose(output) != 0, errno != EINTR else { return }
        throw Failure(.failure, "the output cannot be written: \(String(cString: strerror(errno)))")
    }

    /// Writes a message for people.
    /// - Parameters:
    ///   - details: Further lines of it.
    ///   - keepingLines: True if its line ends are the program's own; otherwise they are spelled out, so a text from outside cannot look
    ///     like a second message.
    func say(_ message: String, _ details: [String] = [], keepingLines: Bool = false) {
        let lines = ([message] + details).map { Escape.visible($0, keepingLines: keepingLines) + "\n" }
        state.withLock { state in
            clearStatus(&state)
            put(lines.joined(), to: errors)
        }
    }

    /// Shows the progress of the work, in place of the text shown before. Only on a terminal.
    func status(_ text: String) {
        guard isErrorTerminal else { return }
        state.withLock { state in
            put("\r\u{1B}[K" + Escape.visible(text), to: errors)
            state.hasStatus = true
        }
    }

    /// Removes the text of ``status(_:)``.
    func endStatus() {
        state.withLock { clearStatus(&$0) }
    }

    /// Returns when standard output has lost its reader, or when the task is cancelled.
    func waitUntilAbandoned() async {
        let (looks, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now(), repeating: .milliseconds(200))
        timer.setEventHandler { continuation.yield() }
        timer.resume()
        for await _ in looks where isAbandoned { break }
        timer.cancel()
    }

    private var isAbandoned: Bool {
        var poll = pollfd(fd: output, events: 0, revents: 0)
        return systemPoll(&poll, 0) > 0 && Int32(poll.revents) & Int32(POLLERR | POLLHUP | POLLNVAL) != 0
    }

    private func clearStatus(_ state: inout State) {
        guard state.hasStatus else { return }
        put("\r\u{1B}[K", to: errors)
        state.hasStatus = false
    }

    private func put(_ text: String, to descriptor: Int32) {
        // There is no place left to report a failed message.
        _ = try? writeAll(Array(text.utf8), to: descriptor)
    }

    private func flush(_ state: inout State) throws {
        clearStatus(&state)
        let bytes = state.pending
        state.pending.removeAll(keepingCapacity: true)
        try writeAll(bytes, to: output)
    }

    private func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                try Self.waitUntilWritable(descriptor)
                let count = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceBytes)))
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EPIPE {
                    throw BrokenPipe()
                } else if ![EINTR, EAGAIN].contains(errno) {
                    throw Failure(.failure, "the output cannot be written: \(String(cString: strerror(errno)))")
                }
            }
        }
    }

    /// Wakes at intervals, so a cancelled task does not hang on an idle reader.
    private static func waitUntilWritable(_ descriptor: Int32) throws {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while systemPoll(&poll, 100) == 0 {
            guard !Task.isCancelled else { throw Failure.interruption }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

private func systemPoll(_ descriptor: inout pollfd, _ milliseconds: Int32) -> Int32 {
    poll(&descriptor, 1, milliseconds)
}

/// The variables present at the start of the program.
enum Environment {
    static subscript(_ name: String) -> String? {
        // An empty variable counts as none, as no-color.org asks for.
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
