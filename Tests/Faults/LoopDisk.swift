import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A disk in a file, with ext4, for simulated power cuts.
struct LoopDisk {
    static let leftOut = "left out: power cuts need Linux, root, loop devices and mkfs.ext4"

    /// The mount point of the disk.
    let folder: String
    private let image: String

    static var isPossible: Bool {
        get async throws {
            #if os(Linux)
                guard geteuid() == 0, FileManager.default.fileExists(atPath: "/dev/loop-control") else { return false }
                return try await system("mkfs.ext4", "-V")
            #else
                return false
            #endif
        }
    }

    fileprivate init(in parent: String) async throws {
        image = "\(parent)/disk.img"
        folder = "\(parent)/disk"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try require(FileManager.default.createFile(atPath: image, contents: nil), "\(image) cannot be made")
        try require(truncate(image, 256 << 20) == 0, "\(image) cannot be made large")
        try require(try await system("mkfs.ext4", "-q", "-F", image), "mkfs.ext4 failed")
        try await mount()
    }

    private func mount() async throws {
        try require(try await system("mount", "-o", "loop", image, folder), "the loop disk cannot be mounted")
    }

    /// Stops all writes to the medium, including those still held by the kernel (`FS_IOC_SHUTDOWN` without a flush of
    /// its log).
    func cutPower() throws {
        #if os(Linux)
            let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            var flags: UInt32 = 2
            try require(ioctl(descriptor, 0x8004_587D, &flags) == 0, "the power cannot be cut: \(String(cString: strerror(errno)))")
        #endif
    }

    /// Mounts the disk as after a restart of the machine.
    func restart() async throws {
        try await end()
        try await mount()
    }

    /// Unmounts the disk when nobody uses it.
    ///
    /// While it is mounted anywhere, another mount is the same one, without power.
    fileprivate func end() async throws {
        for _ in 1...500 {
            if try await system("umount", folder) { return }
            try await Task.sleep(nanoseconds: 20_000_000)
        }
        throw Broken("the loop disk at \(folder) stays in use")
    }
}

/// Runs a body with a loop disk, and removes the disk afterwards.
func withLoopDisk<Result>(in parent: String, _ body: (LoopDisk) async throws -> Result) async throws -> Result {
    let disk = try await LoopDisk(in: parent)
    do {
        let result = try await body(disk)
        try await disk.end()
        return result
    } catch {
        try? await disk.end()
        throw error
    }
}
