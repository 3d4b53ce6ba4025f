import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The standard streams of a child: files in a folder that goes away with this value, so that no pipe can fill up or stay open.
final class Streams: Sendable {
    private let folder: String
    /// This side of an open input, which is a named pipe; -1 without one.
    private let descriptor: Int32

    init(_ input: ChildProcess.Input) throws {
        folder = NSTemporaryDirectory() + "/flx-child-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        switch input {
        case .text(let text):
            descriptor = -1
            try Data(text.utf8).write(to: URL(fileURLWithPath: path("in")))
        case .open:
            mkfifo("\(folder)/in", 0o600)
            descriptor = open("\(folder)/in", O_RDWR | O_NONBLOCK | O_CLOEXEC)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The path of the stream `in`, `out` or `err`.
    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// What was written to a stream so far.
    func text(_ name: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path(name)) ?? Data(), as: UTF8.self)
    }

    /// Writes what the open input takes at once; returns how many bytes that was.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        max(0, bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) })
    }
}
