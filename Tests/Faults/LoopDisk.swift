import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A disk in a file, with ext4 on it, whose power can be cut.
final class LoopDisk {
    static let leftOut = "left out: power cuts need Linux, root, loop devices and mkfs.ext4"

    /// Where the disk is mounted.
    let folder: String
    private let image: String

    static var isPossible: Bool {
        #if os(Linux)
            geteuid() == 0 && FileManager.default.fileExists(atPath: "/dev/loop-control") && system("mkfs.ext4", "-V")
        #else
            false
        #endif
    }

    init(in parent: String) throws {
        image = "\(parent)/disk.img"
        folder = "\(parent)/disk"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try require(FileManager.default.createFile(atPath: image, contents: nil), "\(image) cannot be made")
        try require(truncate(image, 256 << 20) == 0, "\(image) cannot be made large")
        try require(system("mkfs.ext4", "-q", "-F", image), "mkfs.ext4 failed")
        try mount()
    }

    private func mount() throws {
        try require(system("mount", "-o", "loop", image, folder), "the loop disk cannot be mounted")
    }

    /// Nothing reaches the medium from here on, also not what the kernel still holds (`FS_IOC_SHUTDOWN` without a flush of its log).
    func cutPower() throws {
        #if os(Linux)
            let descriptor = open(folder, O_RDONLY)
            defer { close(descriptor) }
            var flags: UInt32 = 2
            try require(ioctl(descriptor, 0x8004_587D, &flags) == 0, "the power cannot be cut: \(String(cString: strerror(errno)))")
        #endif
    }

    /// Mounts the disk as after a start of the machine.
    func restart() throws {
        end()
        try mount()
    }

    /// Takes the disk away, as soon as nobody uses it.
    func end() {
        var tries = 0
        while !system("umount", folder), tries < 100 {
            tries += 1
            usleep(20_000)
        }
    }
}
