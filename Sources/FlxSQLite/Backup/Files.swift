import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file written from beginning to end, in large pieces.
final class OutputFile {
    private static let pieceBytes = 1 << 18

    let path: String
    private(set) var bytes: Int64 = 0
    private let descriptor: Int32
    private var pending: [UInt8] = []

    /// Creates the file for its owner only, in place of a file left by a killed run.
    /// - Parameter mark: The first bytes of files of this kind. A file with another beginning belongs to somebody else.
    init(_ path: String, mark: [UInt8]) throws(FlxError) {
        self.path = path
        try Self.requireOwn(path, mark)
        unlink(path)
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path, "made", errno) }
    }

    /// Refuses the path unless it is free or has an empty file, or a file beginning with the mark. After a loss of
    /// power, an unfinished file may have only a part of the mark, or zeros instead.
    static func requireOwn(_ path: String, _ mark: [UInt8]) throws(FlxError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        let head = isFile ? try FileSystem.head(path, mark.count) : nil
        guard let head, mark.starts(with: head) || head.allSatisfy({ $0 == 0 }) else {
            throw FlxError(.invalidValue, "\(path) is in the way, and is not of an archive: nothing was changed; move it away")
        }
    }

    deinit {
        close(descriptor)
    }

    func write(_ more: [UInt8]) throws(FlxError) {
        pending += more
        bytes += Int64(more.count)
        if pending.count >= Self.pieceBytes { try put() }
    }

    /// Writes the pending bytes, and flushes the file to the medium.
    func finish() throws(FlxError) {
        try put()
        try FileSystem.flush(descriptor, path)
    }

    private func put() throws(FlxError) {
        var offset = 0
        while offset < pending.count {
            let count = pending.withUnsafeBytes { all in
                systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: all[offset...]))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .file(path, "written", errno) }
            offset += count
        }
        pending.removeAll(keepingCapacity: true)
    }
}

/// A file read from beginning to end, in large pieces.
final class InputFile {
    private static let pieceBytes = 1 << 18

    let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var offset = 0

    init(_ path: String) throws(FlxError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, "read", errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Passes exactly the next `count` bytes to the body; returns nil if the file ends before.
    func take<Value>(_ count: Int, _ body: (UnsafeRawBufferPointer) throws(FlxError) -> Value) throws(FlxError) -> Value? {
        while buffer.count - offset < count {
            let piece = try read(Self.pieceBytes)
            guard !piece.isEmpty else { return nil }
            if offset > 0 { buffer.removeFirst(offset) }
            offset = 0
            buffer += piece
        }
        defer { offset += count }
        let start = offset
        return try buffer.withBytes { all throws(FlxError) in
            try body(UnsafeRawBufferPointer(rebasing: all[start..<start + count]))
        }
    }

    /// Returns true if no bytes are left.
    func isAtEnd() throws(FlxError) -> Bool {
        guard offset == buffer.count else { return false }
        buffer = try read(Self.pieceBytes)
        offset = 0
        return buffer.isEmpty
    }

    /// Returns all remaining bytes.
    func all() throws(FlxError) -> [UInt8] {
        var bytes = Array(buffer[offset...])
        while case let piece = try read(Self.pieceBytes), !piece.isEmpty { bytes += piece }
        offset = buffer.count
        return bytes
    }

    private func read(_ count: Int) throws(FlxError) -> [UInt8] {
        var error: Int32 = 0
        let piece = [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            var got: Int
            repeat { got = systemRead(descriptor, UnsafeMutableRawBufferPointer(bytes)) } while got < 0 && errno == EINTR
            error = got < 0 ? errno : 0
            filled = max(0, got)
        }
        guard error == 0 else { throw .file(path, "read", error) }
        return piece
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, bytes.baseAddress, bytes.count)
}
