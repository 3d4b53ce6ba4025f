import FlxCore

/// A writer for one part of an archive: events in the order of their positions, without gaps.
final class ArchivePartWriter {
    /// The size at which a part ends. A killed run loses at most one part.
    static let mostBytes: Int64 = 64 << 20

    private let file: OutputFile
    private var sum = Checksum()
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    private(set) var lastSum: Int64 = 0

    static let magic = Array("FLXpart1".utf8)

    init(_ path: String) throws(FlxError) {
        file = try OutputFile(path, mark: Self.magic)
        try file.write(Self.magic)
    }

    var bytes: Int64 { file.bytes }
    var isFull: Bool { bytes >= Self.mostBytes }

    func add(_ recorded: RecordedEvent) throws(FlxError) {
        let position = recorded.position.value
        guard last == 0 || position == last + 1 else {
            throw FlxError(.corrupt, "the event at position \(last + 1) is missing: verify the store")
        }
        var record: [UInt8] = []
        lastSum = try ArchiveRecord.write(recorded, to: &record)
        record.withUnsafeBytes { sum.mix(UnsafeRawBufferPointer(rebasing: $0[4...])) }
        try file.write(record)
        if first == 0 { first = position }
        last = position
    }

    /// Flushes the part to the medium, and returns its entry for the manifest.
    func finish() throws(FlxError) -> ArchiveManifest.Part {
        try file.finish()
        return ArchiveManifest.Part(first: first, last: last, bytes: bytes, checksum: UInt64(bitPattern: sum.value))
    }
}

/// A reader for one part of an archive. It trusts nothing: each event is compared with its checksum, and the whole part with the
/// manifest.
struct ArchivePartReader {
    private let part: ArchiveManifest.Part
    private let file: InputFile
    private var sum = Checksum()
    private var sources = TextMemo()
    private var next: Int64
    private var left: Int64

    init(_ part: ArchiveManifest.Part, in folder: String, named name: String? = nil) throws(FlxError) {
        self.part = part
        let path = folder + "/" + (name ?? part.file)
        guard let size = try FileSystem.examinedSize(path) else {
            throw FlxError(.corrupt, "\(path) is missing or no file, with the events \(part.first) to \(part.last)")
        }
        guard size == part.bytes else {
            throw FlxError(.corrupt, "\(path) has \(size) bytes, \(part.bytes) were written; its events are \(part.first) to \(part.last)")
        }
        file = try InputFile(path)
        next = part.first
        left = size - Int64(ArchivePartWriter.magic.count)
        let begins = try file.take(ArchivePartWriter.magic.count) { $0.elementsEqual(ArchivePartWriter.magic) }
        guard begins == true else { throw FlxError(.corrupt, "\(path) does not begin as a part of an archive does") }
    }

    /// The position of the next event.
    var position: Int64 { next }

    /// Returns the next event; nil at the end, after the whole part was compared.
    /// - Throws: ``FlxError/Code/corrupt`` with the position.
    mutating func event() throws(FlxError) -> RecordedEvent? {
        guard next <= part.last else {
            let isWhole = try file.isAtEnd() && UInt64(bitPattern: sum.value) == part.checksum
            guard isWhole else { throw FlxError(.corrupt, "\(file.path) is not the part that the manifest lists: its sum does not fit") }
            return nil
        }
        do throws(FlxError) {
            let recorded = try read()
            guard recorded.position.value == next else { throw FlxError(.corrupt, "it is at position \(recorded.position)") }
            next += 1
            return recorded
        } catch {
            // A medium that cannot be read says nothing about the event.
            guard ![.io, .readOnly, .notFound].contains(error.code) else { throw error }
            throw FlxError(.corrupt, "\(file.path): the event at position \(next) is damaged: \(error.message)", cause: error.cause)
        }
    }

    private mutating func read() throws(FlxError) -> RecordedEvent {
        let length = try file.take(4) { $0.loadUnaligned(as: UInt32.self) }.map { Int64(UInt32(littleEndian: $0)) } ?? 0
        guard length > 0, length <= ArchiveRecord.mostBytes, length + Int64(ArchiveRecord.frameBytes) <= left else {
            throw FlxError(.corrupt, "its length does not fit")
        }
        left -= length + Int64(ArchiveRecord.frameBytes)
        var (sum, sources) = (sum, sources)
        let recorded = try file.take(Int(length) + 8) { bytes throws(FlxError) in
            let expected = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: Int(length), as: Int64.self))
            sum.mix(bytes)
            return try ArchiveRecord.read(UnsafeRawBufferPointer(rebasing: bytes[..<Int(length)]), sum: expected, sources: &sources)
        }
        guard let recorded else { throw FlxError(.corrupt, "the file ends before it") }
        (self.sum, self.sources) = (sum, sources)
        return recorded
    }
}
