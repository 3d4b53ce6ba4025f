import FlxCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The write-ahead log beside a store's file, read as bytes before SQLite opens it.
///
/// SQLite reads the log up to the first frame that is damaged, and takes that place for its end. Commits behind it are lost
/// without a word. Therefore this type looks for them: each frame carries a checksum that continues the one of the frame
/// before, so that frames behind a damaged one can still be told from remains.
///
/// One commit alone behind the damage proves nothing: a loss of power while the last commit is written leaves the same.
/// Format: https://sqlite.org/fileformat2.html#the_write_ahead_log
struct WriteAheadLog {
    /// What stands behind the last commit that SQLite reads.
    enum Rest: Equatable {
        case nothing
        /// Frames of a commit that was not finished, or of earlier ones.
        case remains
        /// So many commits, or more, which were finished.
        case commits(Int)

        /// Refuses commits behind a damaged place, unless a process has the store open, which knows them.
        /// - Parameter path: The file of the store.
        /// - Throws: ``FlxError/Code/corrupt``.
        func requireNoCommits(beside path: String) throws(FlxError) {
            guard case .commits(let count) = self, !Sidecars.isIndexInUse(path) else { return }
            throw FlxError(
                .corrupt,
                """
                \(path)-wal is damaged: at least \(count) commits stand behind the damage, and would be lost if the store were opened; \
                flx repair goes on without them; keep a copy of both files before. A loss of power may leave the same where the store was \
                written with relaxed durability: opening it for writing that way is enough then
                """)
        }
    }

    /// A frame: one page, and what marks it.
    private struct Frame {
        let salts: UInt64
        let isCommit: Bool
        /// Its checksum as it is stored.
        let sum: FrameSum
        /// Its checksum, if it continues the frame before.
        let expected: FrameSum

        var fits: Bool { sum == expected }
    }

    private static let headBytes = 32
    private static let frameHeadBytes = 24

    private let descriptor: Int32
    private let pageBytes: Int
    private let isBigEndian: Bool
    private var buffer: [UInt8]

    /// Looks behind the last commit of a store's log.
    /// - Parameter path: The file of the store, which nobody may be writing to.
    static func rest(beside path: String) -> Rest {
        let descriptor = open(path + "-wal", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return .nothing }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: headBytes)
        guard pread(descriptor, &head, headBytes, 0) == headBytes else { return .nothing }
        let isBigEndian = head[3] & 1 == 1
        var sum = FrameSum()
        head.withUnsafeBytes { sum.add(UnsafeRawBufferPointer(rebasing: $0[..<24]), isBigEndian: isBigEndian) }
        guard head.starts(with: [0x37, 0x7F, 0x06]), head[3] & 0xFE == 0x82, sum == FrameSum(stored: head[24...]) else {
            // SQLite takes no frame then. The order of the bytes in its numbers, and what marks the frames, is lost as well.
            return [false, true].lazy.map { isBigEndian in
                var log = WriteAheadLog(descriptor: descriptor, pageBytes: pageSize(of: path), isBigEndian: isBigEndian)
                return log.rest(after: FrameSum(), salts: nil)
            }.first { $0 != .remains } ?? .remains
        }
        let stated = head[8..<12].reduce(0) { $0 << 8 | Int($1) }
        guard (512...65_536).contains(stated), stated.nonzeroBitCount == 1 else { return .nothing }
        var log = WriteAheadLog(descriptor: descriptor, pageBytes: stated, isBigEndian: isBigEndian)
        return log.rest(after: sum, salts: head[16..<24].reduce(0) { $0 << 8 | UInt64($1) })
    }

    private init(descriptor: Int32, pageBytes: Int, isBigEndian: Bool) {
        (self.descriptor, self.pageBytes, self.isBigEndian) = (descriptor, pageBytes, isBigEndian)
        buffer = [UInt8](repeating: 0, count: Self.frameHeadBytes + pageBytes)
    }

    /// The size of the pages as the file of the store says it; that of new files where it says none.
    private static func pageSize(of path: String) -> Int {
        guard let head = try? FileSystem.head(path, 18), head.count == 18 else { return 4_096 }
        let stated = Int(head[16]) << 8 | Int(head[17])
        return stated == 1 ? 65_536 : stated.nonzeroBitCount == 1 && stated >= 512 ? stated : 4_096
    }

    /// - Parameter salts: What marks the frames of this log; nil if its head is damaged: then any frames are taken for its own.
    private mutating func rest(after head: FrameSum, salts: UInt64?) -> Rest {
        var (number, sum) = (0, head)
        // Up to the first frame that SQLite does not take.
        var broken: Frame?
        while let frame = read(number, after: sum) {
            number += 1
            sum = frame.sum
            guard frame.fits, frame.salts == salts else {
                broken = frame
                break
            }
        }
        guard let broken else { return .nothing }
        // Frames behind it that continue each other. Remains of one commit that failed have one end of a commit.
        var (run, most, isFirstRun, hasRemains) = (broken.isCommit ? 1 : 0, 0, true, salts == nil || broken.salts == salts)
        // If the damage is in its checksum alone, the next frame continues the one that it had.
        if read(number, after: sum)?.fits == false, read(number, after: broken.expected)?.fits == true { sum = broken.expected }
        while let frame = read(number, after: sum) {
            let fits = frame.fits
            number += 1
            sum = frame.sum
            guard salts == nil || frame.salts == salts else {
                (run, isFirstRun) = (0, false)
                continue
            }
            hasRemains = true
            if !fits { (run, isFirstRun) = (0, false) }
            if fits || !isFirstRun, frame.isCommit { run += 1 }
            if fits { most = max(most, run) }
        }
        return most >= 2 ? .commits(most) : hasRemains ? .remains : .nothing
    }

    /// Reads a frame; nil at the end of the file.
    private mutating func read(_ number: Int, after sum: FrameSum) -> Frame? {
        let offset = off_t(Self.headBytes) + off_t(number) * off_t(buffer.count)
        guard pread(descriptor, &buffer, buffer.count, offset) == buffer.count else { return nil }
        return buffer.withUnsafeBytes { bytes in
            var expected = sum
            expected.add(UnsafeRawBufferPointer(rebasing: bytes[..<8]), isBigEndian: isBigEndian)
            expected.add(UnsafeRawBufferPointer(rebasing: bytes[Self.frameHeadBytes...]), isBigEndian: isBigEndian)
            return Frame(
                salts: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }, isCommit: bytes[4..<8].contains { $0 != 0 },
                sum: FrameSum(stored: bytes[16..<24]), expected: expected)
        }
    }
}

/// The checksum of SQLite's write-ahead log.
private struct FrameSum: Equatable {
    private var (first, second) = (UInt32(0), UInt32(0))

    init() {}

    /// The sum as it stands in the log, in eight bytes.
    init(stored bytes: some Collection<UInt8>) {
        first = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        second = bytes.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        for offset in stride(from: 0, to: bytes.count, by: 8) {
            let left = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            let right = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            first &+= (isBigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ second
            second &+= (isBigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ first
        }
    }
}
