import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that the program may create: no foreign file is emptied, replaced or followed through a link.
///
/// The path is checked when the value is created, before anything is opened for writing, and once more when the file is created.
struct OutputFile {
    /// The ends of the names of files beside a store's file.
    private static let sidecars = ["-wal", "-shm", "-journal", ".lock"]

    let path: String
    /// The option with the name of the file, for messages.
    let option: String
    private let inputs: [String]
    private let stores: [String]

    /// Checks a path.
    /// - Parameters:
    ///   - inputs: The files that the command reads; `-` is standard input.
    ///   - stores: The stores that it opens, existing or not.
    /// - Throws: ``Failure`` with ``Ending/usage`` for a file that must not be written.
    init(_ path: String, option: String, inputs: [String] = [], stores: [String] = []) throws {
        (self.path, self.option, self.inputs, self.stores) = (path, option, inputs, stores)
        try check()
    }

    /// Creates the file, readable by its owner alone, or opens an existing empty one.
    /// - Returns: Its descriptor. The caller closes it.
    /// - Throws: The errors of ``init(_:option:inputs:stores:)``.
    func create() throws -> Int32 {
        let new = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0o600)
        if new >= 0 { return new }
        guard errno == EEXIST else { throw refusal("cannot be written: \(String(cString: strerror(errno)))") }
        try check()
        let descriptor = open(path, O_WRONLY | (isDevice ? 0 : O_NOFOLLOW) | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal("cannot be written: \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size == 0 else {
            close(descriptor)
            throw refusal("is not empty; name a new file")
        }
        return descriptor
    }

    private func check() throws {
        guard !path.isEmpty, path != "-" else { throw refusal("is no file; name a new file") }
        try checkNames()
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw refusal("cannot be written: \(String(cString: strerror(errno)))") }
            let folder = Self.folder(of: path)
            guard access(folder, W_OK) == 0 else {
                throw refusal("cannot be created in the folder \(folder): \(String(cString: strerror(errno)))")
            }
            return
        }
        guard !isDevice else { return }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK: throw refusal("is a link, and links are not followed; name a new file")
        case S_IFDIR: throw refusal("is a folder; name a new file")
        default: throw refusal("is no ordinary file; name a new file")
        }
        if inputs.contains(where: { Self.isSame($0, status) }) { throw refusal("is the input; name another file") }
        guard status.st_size == 0 else { throw refusal("is not empty; name a new file") }
    }

    /// Checks the name alone: it must not be a name that SQLite, a store or an archive takes for its own.
    private func checkNames() throws {
        for store in stores where Self.place(store) == Self.place(path) { throw refusal("is the store; name another file") }
        for sidecar in Self.sidecars where path.utf8.count > sidecar.utf8.count && path.ends(with: sidecar) {
            let base = String(decoding: path.utf8.dropLast(sidecar.utf8.count), as: UTF8.self)
            let isOurs = stores.contains { Self.place($0) == Self.place(base) }
            if isOurs || access(base, F_OK) == 0 { throw refusal("belongs to the store \(base); name another file") }
        }
        let folder = Self.folder(of: path)
        guard access(folder + "/manifest.jsonl", F_OK) != 0 else {
            throw refusal("is in the folder of an archive; name a file in another folder")
        }
    }

    /// True if the written data can be read back: the file is no device and no pipe.
    var isKept: Bool { !isDevice }

    /// True if the path is one of the system's for a device or a pipe, such as `/dev/null` and `/dev/fd/63`: links lead to some of them.
    private var isDevice: Bool {
        var status = stat()
        guard path.utf8.starts(with: "/dev/".utf8), stat(path, &status) == 0 else { return false }
        return [S_IFCHR, S_IFIFO].contains(status.st_mode & S_IFMT)
    }

    private func refusal(_ reason: String) -> Failure { Failure(.usage, "\(option): \(path) \(reason)") }

    private static func isSame(_ input: String, _ status: stat) -> Bool {
        var other = stat()
        guard (input == "-" ? fstat(0, &other) : stat(input, &other)) == 0 else { return false }
        return other.st_dev == status.st_dev && other.st_ino == status.st_ino
    }

    private static func folder(of path: String) -> String {
        let parts = path.parts(at: "/").dropLast()
        let folder = parts.joined(separator: "/")
        return folder.isEmpty ? (path.begins(with: "/") ? "/" : ".") : folder
    }

    /// The path without links and steps, even without a file there.
    private static func place(_ path: String) -> [UInt8] {
        func real(_ path: String) -> String? {
            guard let text = realpath(path, nil) else { return nil }
            defer { free(text) }
            return String(cString: text)
        }
        if let whole = real(path) { return Array(whole.utf8) }
        let name = path.parts(at: "/").last { !$0.isEmpty }.map(String.init) ?? path
        return Array(((real(folder(of: path)) ?? folder(of: path)) + "/" + name).utf8)
    }
}
