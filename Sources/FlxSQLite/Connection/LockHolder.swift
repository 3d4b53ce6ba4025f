#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A search for the holder of a lock in the system's list of locks. It does not touch the lock.
package enum LockHolder {
    /// The maximum number of reads. The system returns the list in parts, and omits a lock if an earlier one ends
    /// between two parts.
    private static let mostReadings = 10

    /// Returns the process with the store at a path open for writing; nil if there is none, or the system does not
    /// report it.
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

    /// Returns the process in a line such as `1: FLOCK  ADVISORY  WRITE 1234 fe:00:131137 0 EOF`; nil if the line is
    /// about another lock.
    static func process(_ line: String, _ file: FileIdentity) -> Int32? {
        let words = line.split(separator: " ")
        guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE" else { return nil }
        let place = words[5].split(separator: ":")
        guard place.count == 3, let major = UInt64(place[0], radix: 16), let minor = UInt64(place[1], radix: 16),
            UInt64(place[2]) == file.inode, let process = Int32(words[4]), process > 0
        else { return nil }
        // For a file system in layers or volumes, the list shows one device and the status of a file another.
        let isSame = (major, minor) == file.deviceNumbers || major == 0 && file.deviceNumbers.0 == 0
        return isSame ? process : nil
    }
}

extension FileIdentity {
    /// The major and minor number of the device. Linux keeps both in one number.
    fileprivate var deviceNumbers: (UInt64, UInt64) {
        (device >> 8 & 0xFFF | device >> 32 & ~0xFFF, device & 0xFF | device >> 12 & ~0xFF)
    }
}
