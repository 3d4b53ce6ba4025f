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
    }

    /// The marks of a frame: the first bytes of it.
    private struct FrameHead {
        let page: UInt64
        let salts: UInt64
        let isCommit: Bool
        /// Its checksum as it is stored.
        let sum: FrameSum

        init(_ bytes: UnsafeRawBufferPointer) {
            page = bytes[..<4].reduce(0) { $0 << 8 | UInt64($1) }
            isCommit = bytes[4..<8].contains { $0 != 0 }
            salts = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
            sum = FrameSum(stored: bytes[16..<24])
        }
    }

    /// A frame: one page, and what marks it.
    private struct Frame {
        let head: FrameHead
        /// Its checksum, if it continues the frame before.
        let expected: FrameSum

        /// SQLite takes no page 0.
        var fits: Bool { head.sum == expected && head.page != 0 }
    }

    private static let headBytes = 32
    private static let frameHeadBytes = 24
    /// The kind of seek to the next bytes of a file that are on the medium, `SEEK_DATA`.
    #if canImport(Darwin)
        private static let seekData: Int32 = 4
    #else
        private static let seekData: Int32 = 3
    #endif

    private let descriptor: Int32
    private let isBigEndian: Bool
    private var buffer: [UInt8]

    /// Looks behind the last commit of a store's log.
    /// - Parameter path: The file of the store, which nobody may be writing to.
    static func rest(beside path: String) -> Rest {
        // As SQLite opens it, which follows a link.
        let descriptor = open(path + "-wal", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
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

    /// Refuses to read beside a log that has commits behind a damaged place.
    ///
    /// A process that has the store open knows all commits, and may write while the log is looked through. Therefore a look
    /// counts only if the index of the log was in no use before and after it, and the same is seen again: a process may have
    /// come and gone meanwhile.
    /// - Parameters:
    ///   - path: The file of the store.
    ///   - look: The look behind the last commit.
    /// - Throws: ``FlxError/Code/corrupt``.
    static func requireNoLoss(beside path: String, look: (String) -> Rest = WriteAheadLog.rest(beside:)) throws(FlxError) {
        for isSecond in [false, true] {
            guard !Sidecars.isIndexInUse(path), case .commits(let count) = look(path), !Sidecars.isIndexInUse(path) else { return }
            if isSecond { throw .lostCommits(count, path) }
        }
    }

    private init(descriptor: Int32, pageBytes: Int, isBigEndian: Bool) {
        (self.descriptor, self.isBigEndian) = (descriptor, isBigEndian)
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
        while broken == nil, let frame = read(number, after: sum) {
            if !frame.fits || frame.head.salts != salts { broken = frame }
            number += 1
            sum = frame.head.sum
        }
        guard let broken else { return .nothing }
        // Frames behind it that continue each other. Remains of one commit that failed have one end of a commit.
        var (run, most, hasRemains) = (broken.head.isCommit ? 1 : 0, 0, salts == nil || broken.head.salts == salts)
        // If the damage is in its checksum alone, the next frame continues the one that it had.
        if read(number, after: sum)?.fits == false, read(number, after: broken.expected)?.fits == true { sum = broken.expected }
        while let head = readHead(number) {
            defer { sum = head.sum }
            if head.page == 0 {
                // A file can have any size on a medium, if most of it is holes.
                (number, run) = (frameWithData(after: number), 0)
                continue
            }
            defer { number += 1 }
            // The page of a frame from before the log began anew is not read.
            guard salts == nil || head.salts == salts, let frame = read(number, after: sum) else {
                run = 0
                continue
            }
            hasRemains = true
            if !frame.fits { run = 0 }
            if head.isCommit { run += 1 }
            if frame.fits { most = max(most, run) }
        }
        return most >= 2 ? .commits(most) : hasRemains ? .remains : .nothing
    }

    /// Reads the marks of a frame; nil at the end of the file.
    private mutating func readHead(_ number: Int) -> FrameHead? {
        guard pread(descriptor, &buffer, Self.frameHeadBytes, offset(of: number)) == Self.frameHeadBytes else { return nil }
        return buffer.withUnsafeBytes { FrameHead($0) }
    }

    /// Reads a frame; nil at the end of the file.
    private mutating func read(_ number: Int, after sum: FrameSum) -> Frame? {
        guard pread(descriptor, &buffer, buffer.count, offset(of: number)) == buffer.count else { return nil }
        return buffer.withUnsafeBytes { bytes in
            var expected = sum
            expected.add(UnsafeRawBufferPointer(rebasing: bytes[..<8]), isBigEndian: isBigEndian)
            expected.add(UnsafeRawBufferPointer(rebasing: bytes[Self.frameHeadBytes...]), isBigEndian: isBigEndian)
            return Frame(head: FrameHead(bytes), expected: expected)
        }
    }

    private func offset(of number: Int) -> off_t {
        off_t(Self.headBytes) + off_t(number) * off_t(buffer.count)
    }

    /// Returns the number of the next frame with bytes on the medium, which may be behind a hole of the file.
    private func frameWithData(after number: Int) -> Int {
        let start = offset(of: number + 1)
        var data = lseek(descriptor, start, Self.seekData)
        if data < 0, errno == ENXIO { data = lseek(descriptor, 0, SEEK_END) }
        return data > start ? (Int(data) - Self.headBytes) / buffer.count : number + 1
    }
}

extension FlxError {
    /// Creates the error of a store whose write-ahead log has commits behind a damaged place.
    static func lostCommits(_ count: Int, _ path: String) -> FlxError {
        FlxError(
            .corrupt,
            """
            \(path)-wal is damaged: at least \(count) commits stand behind the damage, and would be lost if the store were opened; \
            flx repair goes on without them; keep a copy of both files before. A loss of power may leave the same where the store was \
            written with relaxed durability: opening it for writing that way is enough then
            """)
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
        var offset = 0
        while offset < bytes.count {
            let left = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            let right = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            first &+= (isBigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ second
            second &+= (isBigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ first
            offset += 8
        }
    }
}
