import FlxCore

/// The content of an archive, stored in the file `manifest.jsonl` of its folder.
///
/// Each line is one JSON object: the head, the parts in their order, the checkpoints, and last the checksum of all
/// bytes before it. The file is replaced as a whole. A part is listed after it was flushed to the medium and, by
/// default, read back.
struct ArchiveManifest: Sendable {
    /// A file of events. Once listed, it is never changed.
    struct Part: Sendable, Equatable {
        let first: Int64
        let last: Int64
        let bytes: Int64
        /// The sum over the bytes of its records.
        let checksum: UInt64

        /// The name of the file, formed from the first position: a name in a manifest cannot lead anywhere else.
        var file: String { Self.file(from: first) }

        /// Returns the name of the part beginning at a position.
        static func file(from first: Int64) -> String {
            let digits = String(first)
            return "events-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".part"
        }
    }

    static let file = "manifest.jsonl"
    private static let format = 1
    /// The limit for writing and reading a manifest: room for a million readers.
    private static let mostBytes: Int64 = 256 << 20
    /// The limit for a listed part, to keep sums of sizes in range. A part ends soon after 64 MiB.
    private static let mostPartBytes = 1 << 40

    private(set) var parts: [Part] = []
    /// The positions of readers at the last run, by name.
    var checkpoints: [ExactText: Int64] = [:]
    /// The checksum of the last event, for recognizing the log.
    private(set) var lastSum: Int64 = 0

    /// The position of the last event; 0 if there is none.
    var last: Int64 { parts.last?.last ?? 0 }
    var bytes: Int64 { parts.reduce(0) { $0 &+ $1.bytes } }

    mutating func add(_ part: Part, lastSum: Int64) {
        parts.append(part)
        self.lastSum = lastSum
    }

    // MARK: Writing

    /// Returns the text of the file.
    func text() throws(FlxError) -> [UInt8] {
        var lines: [EventValue] = [
            ["format": .int(Self.format), "events": .int(last), "lastSum": .string(Self.hexadecimal(UInt64(bitPattern: lastSum)))],
        ]
        lines += parts.map { part in
            [
                "part": .string(part.file), "first": .int(part.first), "last": .int(part.last), "bytes": .int(part.bytes),
                "checksum": .string(Self.hexadecimal(part.checksum)),
            ]
        }
        lines += checkpoints.sorted { $0.key < $1.key }.map { ["checkpoint": .string($0.key.description), "position": .int($0.value)] }
        var text: [UInt8] = []
        for line in lines { text += try line.json() + [UInt8(ascii: "\n")] }
        let end: EventValue = ["checksum": .string(Self.hexadecimal(Self.checksum(text[...])))]
        return text + (try end.json()) + [UInt8(ascii: "\n")]
    }

    // MARK: Reading

    /// Reads the text of a file.
    /// - Throws: ``FlxError/Code/corrupt`` if the text has changed since it was written;
    ///   ``FlxError/Code/incompatibleFormat`` for another format.
    init(_ text: [UInt8]) throws(FlxError) {
        let body = text.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { text[...$0] } ?? []
        let end = try Self.value(text[body.endIndex...])
        guard text.last == UInt8(ascii: "\n"), end["checksum"]?.string == Self.hexadecimal(Self.checksum(body)) else {
            throw FlxError(.corrupt, "its checksum does not fit")
        }
        for line in body.split(separator: UInt8(ascii: "\n")) { try take(try Self.value(line)) }
    }

    init() {}

    private mutating func take(_ line: EventValue) throws(FlxError) {
        if let format = line["format"]?.int {
            guard format == Self.format else {
                throw FlxError(.incompatibleFormat, "it has format \(format), and this program knows \(Self.format): use a newer one")
            }
            guard let sum = Self.number(line["lastSum"]) else { throw Self.damage }
            lastSum = Int64(bitPattern: sum)
        } else if line["part"] != nil {
            guard let first = line["first"]?.int, let last = line["last"]?.int, let bytes = line["bytes"]?.int,
                let checksum = Self.number(line["checksum"]), first >= 1, Int64(first) - 1 == self.last, last >= first,
                last <= Int64.greatest, bytes > 0, bytes <= Self.mostPartBytes
            else { throw Self.damage }
            parts.append(Part(first: Int64(first), last: Int64(last), bytes: Int64(bytes), checksum: checksum))
        } else {
            guard let name = line["checkpoint"]?.string, let position = line["position"]?.int, position >= 0
            else { throw Self.damage }
            guard checkpoints.updateValue(Int64(position), forKey: ExactText(name)) == nil else { throw Self.damage }
        }
    }

    private static let damage = FlxError(.corrupt, "a line of it does not fit the others")

    private static func value(_ line: ArraySlice<UInt8>) throws(FlxError) -> EventValue {
        do throws(FlxError) {
            return try EventValue(json: Array(line))
        } catch {
            throw FlxError(.corrupt, "a line of it is no JSON", cause: error)
        }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum = Checksum()
        bytes.withUnsafeBytes { sum.mix($0) }
        return UInt64(bitPattern: sum.value)
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func number(_ value: EventValue?) -> UInt64? {
        value?.string.flatMap { UInt64($0, radix: 16) }
    }
}

extension ArchiveManifest {
    /// Reads the manifest of a folder; returns nil if there is none.
    static func load(_ folder: String) throws(FlxError) -> ArchiveManifest? {
        let path = folder + "/" + file
        guard let size = FileSystem.size(path) else {
            guard try FileSystem.isFree(path) else { throw FlxError(.corrupt, "\(path) is not a file: restore the folder from a copy") }
            return nil
        }
        guard size <= mostBytes else { throw FlxError(.limitExceeded, "\(path) has \(size) bytes, the limit is \(mostBytes)") }
        do throws(FlxError) {
            return try ArchiveManifest(try InputFile(path).all())
        } catch {
            throw FlxError(error.code, "\(path) cannot be used: \(error.message)", cause: error.cause)
        }
    }

    /// Writes the manifest to its place.
    /// - Throws: ``FlxError/Code/limitExceeded`` if it would have more bytes than ``load(_:)`` accepts; the earlier
    ///   manifest stays.
    func save(_ folder: String, mostBytes: Int64 = mostBytes) throws(FlxError) {
        let path = folder + "/" + Self.file
        let text = try text()
        guard text.count <= mostBytes else {
            throw FlxError(
                .limitExceeded,
                """
                \(path) would have \(text.count) bytes for \(checkpoints.count) readers, the limit is \(mostBytes): nothing was changed; \
                remove readers that are not used
                """)
        }
        let file = try OutputFile(path + ".partial", mark: Array("{\"".utf8))
        try file.write(text)
        try file.finish()
        try FileSystem.replace(path, by: path + ".partial")
    }
}
