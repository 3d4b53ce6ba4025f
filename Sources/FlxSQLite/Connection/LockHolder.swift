#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds who has a lock, without touching it, in the system's list of locks.
package enum LockHolder {
    /// The system gives the list in parts, and leaves out a lock when one before it goes between two of them.
    private static let mostReadings = 10

    /// The process that has the store at a path open for writing; nil when there is none, or the system does not tell.
    package static func process(at path: String) -> Int32? {
        var status = stat()
        return stat(path, &status) == 0 ? process(FileIdentity(status)) : nil
    }

    static func process(_ file: FileIdentity) -> Int32? {
        for _ in 1...mostReadings {
            if let holder = reading(file) { return holder }
        }
        return nil
    }

    private static func reading(_ file: FileIdentity) -> Int32? {
        guard let list = fopen("/proc/locks", "r") else { return nil }
        defer { fclose(list) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), list) != nil {
            let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            if let holder = process(String(decoding: bytes, as: UTF8.self), file) { return holder }
        }
        return nil
    }

    /// The process in a line such as `1: FLOCK  ADVISORY  WRITE 1234 fe:00:131137 0 EOF`.
    static func process(_ line: String, _ file: FileIdentity) -> Int32? {
        let words = line.split(separator: " ")
        guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE" else { return nil }
        let place = words[5].split(separator: ":")
        guard place.count == 3, let major = UInt64(place[0], radix: 16), let minor = UInt64(place[1], radix: 16),
            UInt64(place[2]) == file.inode, let process = Int32(words[4]), process > 0
        else { return nil }
        // File systems in several layers or volumes have one device in the list and others in the status of their files.
        let isSame = (major, minor) == file.deviceNumbers || major == 0 && file.deviceNumbers.0 == 0
        return isSame ? process : nil
    }
}

extension FileIdentity {
    /// Linux keeps both numbers of a device in one.
    fileprivate var deviceNumbers: (UInt64, UInt64) {
        (device >> 8 & 0xFFF | device >> 32 & ~0xFFF, device & 0xFF | device >> 12 & ~0xFF)
    }
}
