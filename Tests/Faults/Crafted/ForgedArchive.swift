import Foundation

/// The files of an archive, for changing and writing again with correct checksums.
struct ForgedArchive {
    private static let magic = Array("FLXpart1".utf8)

    /// The lines of the manifest except the last, its checksum.
    var lines: [String]
    /// The records of each part, with the name of its file.
    var parts: [(file: String, records: [ForgedRecord])]

    init(_ folder: String) throws {
        let text = try String(contentsOfFile: folder + "/manifest.jsonl", encoding: .utf8)
        lines = text.split(separator: "\n").dropLast().map(String.init)
        parts = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".part") }.sorted().map { file in
            var rest = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file)))[Self.magic.count...]
            var records: [ForgedRecord] = []
            while !rest.isEmpty {
                let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
                records.append(ForgedRecord(Array(rest.dropFirst(4).prefix(length))))
                rest = rest.dropFirst(4 + length + 8)
            }
            return (file, records)
        }
    }

    /// Writes the manifest with a correct checksum.
    func writeManifest(_ folder: String) throws {
        let body = lines.map { $0 + "\n" }.joined()
        var sum = Forger()
        sum.mix(Array(body.utf8))
        try (body + "{\"checksum\":\"\(sum.text)\"}\n").write(toFile: folder + "/manifest.jsonl", atomically: false, encoding: .utf8)
    }

    /// Writes the parts, and lists them in the manifest with correct sizes and checksums.
    mutating func writeParts(_ folder: String) throws {
        for (file, records) in parts {
            var (bytes, sum) = (Self.magic, Forger())
            for record in records {
                let framed = record.framed
                sum.mix(framed[4...])
                bytes += framed
            }
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + file))
            for (index, line) in lines.enumerated() where line.contains("\"\(file)\"") {
                let places = line.split(separator: ",").filter { $0.contains("first") || $0.contains("last") }.joined(separator: ",")
                lines[index] = line.prefix { $0 != "," } + "," + places + ",\"bytes\":\(bytes.count),\"checksum\":\"\(sum.text)\"}"
            }
        }
        try writeManifest(folder)
    }
}

/// The fields of one event in a part of an archive.
struct ForgedRecord {
    var position: Int64 = 0, version: Int64 = 0, recorded: Int64 = 0
    var hasTime: UInt8 = 0
    var time: Int64 = 0
    var id: RawFile.Value = .null
    var stream: [UInt8] = [], type: [UInt8] = [], envelope: [UInt8] = [], payload: [UInt8] = []
    /// The number before the record in place of its length; nil for the true length.
    var length: UInt32?

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func number() -> Int64 {
            defer { rest = rest.dropFirst(8) }
            return Int64(bitPattern: rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
        func text() -> [UInt8] {
            var (count, shift) = (0, 0)
            while let byte = rest.popFirst() {
                count |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        (position, version, recorded) = (number(), number(), number())
        hasTime = rest.popFirst() ?? 0
        if hasTime == 1 { time = number() }
        let text0 = text()
        if text0.isEmpty {
            id = .blob(Array(rest.prefix(16)))
            rest = rest.dropFirst(16)
        } else {
            id = .text(text0)
        }
        (stream, type, envelope, payload) = (text(), text(), text(), text())
    }

    /// The record with its length before it and a correct checksum after it.
    var framed: [UInt8] {
        var bytes: [UInt8] = []
        for number in [position, version, recorded] { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
        bytes.append(hasTime)
        if hasTime != 0 { withUnsafeBytes(of: time.littleEndian) { bytes += $0 } }
        if case .blob(let uuid) = id { bytes += [0] + uuid } else { Self.add(id.bytes, to: &bytes) }
        for text in [stream, type, envelope, payload] { Self.add(text, to: &bytes) }
        let sum = Forger.event(
            stream: stream, type: type, id: id, time: hasTime == 0 ? nil : time, envelope: envelope, payload: payload, version: version,
            position: position, recorded: recorded)
        let head = length ?? UInt32(bytes.count)
        return withUnsafeBytes(of: head.littleEndian) { Array($0) } + bytes + withUnsafeBytes(of: sum.littleEndian) { Array($0) }
    }

    private static func add(_ text: [UInt8], to bytes: inout [UInt8]) {
        var rest = text.count
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
        bytes += text
    }
}
