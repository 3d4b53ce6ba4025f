import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that takes bad lines, as they stood, so that they can be mended and imported.
final class SkipFile {
    private let path: String
    private let descriptor: Int32

    /// Creates the file, or empties it.
    /// - Throws: ``Failure`` when it cannot be written.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Failure(.usage, "--skip-bad: \(path) cannot be written: \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(descriptor)
    }

    /// Adds a line. The line ends inside an element of an array become blanks.
    func add(_ item: TextItem) throws {
        var line = item.bytes.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
        line.append(UInt8(ascii: "\n"))
        var offset = 0
        while offset < line.count {
            let count = line[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                throw Failure(.failure, "--skip-bad: \(path) cannot be written: \(String(cString: strerror(errno)))")
            }
            offset += max(0, count)
        }
    }
}
