import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The standard streams of a child: files in a folder that goes away with this value, so that no pipe can fill up or stay open.
final class Streams: Sendable {
    private let folder: String
    /// This side of an open input, which is a named pipe or a terminal; -1 without one.
    private let descriptor: Int32
    /// The other side of the terminal.
    private let terminal: String?

    init(_ input: ChildProcess.Input) throws {
        folder = NSTemporaryDirectory() + "/flx-child-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        switch input {
        case .text(let text):
            (descriptor, terminal) = (-1, nil)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path("in")))
        case .open:
            mkfifo("\(folder)/in", 0o600)
            (descriptor, terminal) = (open("\(folder)/in", O_RDWR | O_NONBLOCK | O_CLOEXEC), nil)
        case .terminal:
            var (ours, theirs) = (Int32(-1), Int32(-1))
            guard openpty(&ours, &theirs, nil, nil, nil) == 0, let name = ttyname(theirs) else {
                throw ChildProcess.Failure("no terminal can be made: \(String(cString: strerror(errno)))")
            }
            (descriptor, terminal) = (ours, String(cString: name))
            close(theirs)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    var isTerminal: Bool { terminal != nil }

    /// The path of the stream `in`, `out` or `err`.
    func path(_ name: String) -> String { name == "in" ? terminal ?? "\(folder)/in" : "\(folder)/\(name)" }

    /// What was written to a stream so far.
    func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path(name)) ?? Data(), as: UTF8.self)
    }

    /// Writes what the open input takes at once; returns how many bytes that was.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        max(0, bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) })
    }
}
