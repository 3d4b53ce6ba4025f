package import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of a file or of standard input, as they are.
package final class FileSource {
    private static let pieceBytes = 1 << 18

    private let name: String
    private let descriptor: Int32
    private let size: Int64?
    private var count: Int64 = 0

    /// Opens a file; `-` is standard input.
    /// - Throws: ``FlxError/Code/notFound`` or ``FlxError/Code/io`` for an unreadable file, ``FlxError/Code/invalidValue`` for a folder.
    package init(_ path: String) throws(FlxError) {
        name = path
        var status = stat()
        if path == "-" {
            descriptor = 0
        } else {
            // The source waits for the writer of a pipe later; a signal can end that wait.
            descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else {
                throw FlxError(.notFound, "\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        }
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        size = kind == S_IFREG ? Int64(status.st_size) : nil
        guard kind != S_IFDIR else { throw FlxError(.invalidValue, "\(path) is a folder; give a file") }
    }

    deinit {
        if descriptor > 0 { close(descriptor) }
    }

    /// True if the bytes can be read again from the start.
    var isFile: Bool { size != nil && descriptor != 0 }

    /// The part of the file read so far, from 0 to 1; nil if the end is unknown.
    var part: Double? { size.map { $0 > 0 ? Double(count) / Double($0) : 1 } }

    /// Returns true if a piece, or the end, is there within a time; of a file it always is.
    func isReady(within milliseconds: Int32) -> Bool {
        guard size == nil else { return true }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return systemPoll(&poll, milliseconds) != 0
    }

    /// The next piece; empty at the end.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled, ``FlxError/Code/io``.
    package func next() throws(FlxError) -> [UInt8] {
        try waitUntilReadable()
        var error: Int32 = 0
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
            var got: Int
            repeat { got = read(descriptor, buffer.baseAddress, buffer.count) } while got < 0 && errno == EINTR
            error = got < 0 ? errno : 0
            filled = max(0, got)
        }
        guard error == 0 else { throw FlxError(.io, "\(name) cannot be read: \(String(cString: strerror(error)))") }
        count += Int64(piece.count)
        return piece
    }

    /// Wakes at intervals, so a cancelled task does not hang on an idle pipe.
    private func waitUntilReadable() throws(FlxError) {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        repeat {
            guard !Task.isCancelled else { throw FlxError(.cancelled, "interrupted") }
        } while size == nil && systemPoll(&poll, 100) == 0
    }
}

private func systemPoll(_ descriptor: inout pollfd, _ milliseconds: Int32) -> Int32 {
    poll(&descriptor, 1, milliseconds)
}
