import FlxCore
import FlxSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The facts about a store's file and its folder.
struct FolderFacts {
    enum FileSystem {
        case local, memory, network
    }

    let path: String
    var exists = false
    var isWritable = false
    var freeBytes: Int64?
    var fileSystem: FileSystem?
    /// The size of the store's file; nil when there is none.
    var storeBytes: Int64?
    /// The size of its write-ahead log.
    var logBytes: Int64?
    /// The other process with the store open for writing.
    var writer: Int32?

    /// Facts made up by a test.
    init(path: String) {
        self.path = path
    }

    /// Looks at the file system.
    init(around store: String) {
        let store = Self.target(of: store)
        let parts = store.parts(at: "/")
        let folder = parts.dropLast().joined(separator: "/")
        path = folder.isEmpty ? (store.begins(with: "/") ? "/" : ".") : folder
        exists = access(path, F_OK) == 0
        isWritable = access(path, W_OK) == 0
        storeBytes = Self.size(store)
        logBytes = Self.size(store + "-wal")
        // From the system: trying the lock would take it for a moment, and refuse a writer at that moment.
        writer = LockHolder.process(at: store).flatMap { $0 == getpid() ? nil : $0 }
        examineVolume()
    }

    /// Returns true if a path leads to anything existing, or possibly existing: a path without access is not called missing.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 || ![ENOENT, ENOTDIR].contains(errno)
    }

    /// Returns true if two paths lead to the same existing file.
    static func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// Measures `count` writes and flushes of 4 KiB; empty if the folder is not writable.
    func flushTimes(count: Int) -> [Duration] {
        let name = path + "/.flx-doctor-\(getpid())"
        let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return [] }
        defer {
            close(descriptor)
            unlink(name)
        }
        let block = [UInt8](repeating: 0x20, count: 4096)
        var (times, isWritten) = ([Duration](), true)
        for _ in 0..<count where isWritten {
            let time = ContinuousClock().measure {
                isWritten = write(descriptor, block, block.count) == block.count && fsync(descriptor) == 0
            }
            // A write refused by a full disk takes no time.
            if isWritten { times.append(time) }
        }
        return times
    }

    /// The target file of a path: the store's other files are beside the target, and not beside a link to it.
    private static func target(of path: String) -> String {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK, let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    private mutating func examineVolume() {
        var volume = statvfs()
        if statvfs(path, &volume) == 0 { freeBytes = Self.bytes(Int64(clamping: volume.f_bavail), Int64(clamping: volume.f_frsize)) }
        guard let real = realpath(path, nil), let table = Self.text("/proc/self/mounts") else { return }
        defer { free(real) }
        fileSystem = Self.fileSystem(of: String(cString: real), in: table)
    }

    /// The size of some blocks; a file system over the network may say anything.
    static func bytes(_ blocks: Int64, _ size: Int64) -> Int64 {
        let (bytes, isTooLarge) = blocks.multipliedReportingOverflow(by: size)
        return isTooLarge ? .max : bytes
    }

    /// The kind of file system of a folder, by the system's table of mounts: the longest mount point above the folder counts.
    static func fileSystem(of folder: String, in mounts: String) -> FileSystem? {
        var found: (length: Int, kind: Substring)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let name = unescaped(fields[1])
            let point = name.hasSuffix("/") ? name : name + "/"
            guard (folder + "/").hasPrefix(point), point.utf8.count >= found?.length ?? 0 else { continue }
            found = (point.utf8.count, fields[2])
        }
        guard let kind = found?.kind else { return nil }
        if ["tmpfs", "ramfs"].contains(kind) { return .memory }
        // A disk of Windows.
        if kind == "fuseblk" { return .local }
        return ["nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs"].contains { kind.hasPrefix($0) } ? .network : .local
    }

    /// The text of a field of the table: `\040` is a space, and other bytes are written in the same way.
    private static func unescaped(_ field: Substring) -> String {
        var (bytes, rest) = ([UInt8](), Array(field.utf8)[...])
        while let byte = rest.popFirst() {
            let code = rest.prefix(3).reduce(0) { $0 * 8 + Int($1) - 0x30 }
            let isCode = byte == UInt8(ascii: "\\") && rest.count >= 3 && rest.prefix(3).allSatisfy { (0x30...0x37).contains($0) }
            guard isCode, let decoded = UInt8(exactly: code) else {
                bytes.append(byte)
                continue
            }
            bytes.append(decoded)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func text(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }
}
