import Foundation

/// Changes of each field of a manifest and of a part's records, with the extreme values of its range, with right and
/// wrong checksums.
struct ArchiveCrafts {
    private let archive: ForgedArchive

    init(_ base: CraftedStore) throws {
        archive = try ForgedArchive(base.archive)
    }

    func all() -> [Craft] { manifests + lines + records + lengths }

    /// The replacements for a JSON value.
    static let values = [
        "-1", "0", "1", "2", "9223372036854775806", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e18", "1.5",
        "10e9223372036854775807", "0.10e-9223372036854775808", "null", "true", "[]", "{}", "\"\"", "\"x\"", "\"../../victim.txt\"",
        "\"ffffffffffffffff\"", "\"caf\u{E9}\"", "\"cafe\u{301}\"", "\"\\u0000\"", "\"\\u0001lease:work\"",
        "\"\(String(repeating: "x", count: 100_000))\"", String(repeating: "[", count: 200),
    ]

    /// Each field with each value.
    private var manifests: [Craft] {
        archive.lines.indices.flatMap { index in
            let line = archive.lines[index]
            return line.dropFirst().dropLast().split(separator: ",").flatMap { field in
                Self.values.flatMap { value in
                    let name = field.prefix { $0 != ":" }
                    let changed = line.replacing(field, with: "\(name):\(value)")
                    return [true, false].map { fits in
                        let words = "manifest, line \(index + 1), \(name) is \(value.prefix(40)), sum \(fits ? "right" : "wrong")"
                        return Craft(words: words, target: .archive) {
                            var forged = archive
                            forged.lines[index] = changed
                            try fits ? forged.writeManifest($0) : forged.writeWrongManifest($0)
                        }
                    }
                }
            }
        }
    }

    /// Missing, repeated, new and swapped lines.
    private var lines: [Craft] {
        let top = Int64.max
        let zeros = "\"checksum\":\"0000000000000000\""
        let extra = [
            "{\"checkpoint\":\"reader\",\"position\":1}", "{\"checkpoint\":\"readér\",\"position\":9}",
            "{\"part\":\"a\",\"first\":1,\"last\":\(top),\"bytes\":\(top),\(zeros)}",
            "{\"part\":\"a\",\"first\":\(top),\"last\":\(top),\"bytes\":1,\(zeros)}", "{}", "[]", "0", "{\"part\":1}", "{\"format\":2}", "",
        ]
        let inserted = extra.flatMap { line in
            (0...archive.lines.count).map { index in
                crafted("line \(line.prefix(50)) at \(index + 1)") { $0.lines.insert(line, at: index) }
            }
        }
        return inserted + archive.lines.indices.flatMap { index in
            [
                crafted("no line \(index + 1)") { $0.lines.remove(at: index) },
                crafted("line \(index + 1) twice") { $0.lines.insert($0.lines[index], at: index) },
                crafted("line \(index + 1) first") { $0.lines.insert($0.lines.remove(at: index), at: 0) },
            ]
        } + [
            crafted("two parts to the end") { forged in
                forged.lines = Array(forged.lines.prefix(1)) + [
                    "{\"part\":\"a\",\"first\":1,\"last\":\(top),\"bytes\":\(top),\(zeros)}",
                    "{\"part\":\"b\",\"first\":\(Int64.min),\"last\":3,\"bytes\":\(top),\(zeros)}",
                ]
            },
            crafted("empty manifest") { $0.lines = [] },
        ]
    }

    /// Each field of a record, with correct checksums.
    private var records: [Craft] {
        let ends: [Int64] = [.min, .min + 1, -1, 0, 1, 6, Int64(Int32.max) + 1, .max - 1, .max]
        let texts: [[UInt8]] = [
            [], [0], [0xFF], Array("x\u{301}".utf8), Array(repeating: 0x78, count: 300), Array(repeating: 0x78, count: 100_000),
            [0x01, 0x80, 0xFF], Array("{\"amount\":10e9223372036854775807}".utf8),
            [0x01, 0x04, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        ]
        let numbers: [(String, @Sendable (inout ForgedRecord, Int64) -> Void)] = [
            ("position", { $0.position = $1 }), ("version", { $0.version = $1 }), ("recorded", { $0.recorded = $1 }),
            ("time", { ($0.hasTime, $0.time) = (1, $1) }), ("hasTime", { $0.hasTime = UInt8(truncatingIfNeeded: $1) }),
        ]
        let fields: [(String, @Sendable (inout ForgedRecord, [UInt8]) -> Void)] = [
            ("id", { $0.id = .text($1) }), ("stream", { $0.stream = $1 }), ("type", { $0.type = $1 }), ("envelope", { $0.envelope = $1 }),
            ("payload", { $0.payload = $1 }),
        ]
        return [0, 5, 35].flatMap { index in
            numbers.flatMap { name, set in
                ends.map { end in record(index, "\(name) is \(end)") { set(&$0, end) } }
            } + fields.flatMap { name, set in
                texts.map { text in record(index, "\(name) has \(text.count) bytes, first \(text.first ?? 0)") { set(&$0, text) } }
            }
        }
    }

    private var lengths: [Craft] {
        [0, 1, 11, 12, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF4, 0xFFFF_FFFF].map { (length: UInt32) in
            record(3, "its length is \(length)") { $0.length = length }
        }
    }

    private func record(_ index: Int, _ words: String, _ change: @escaping @Sendable (inout ForgedRecord) -> Void) -> Craft {
        Craft(words: "record \(index + 1): \(words)", target: .archive, isForged: true) { [archive] path in
            var forged = archive
            change(&forged.parts[0].records[min(index, forged.parts[0].records.count - 1)])
            try forged.writeParts(path)
        }
    }

    private func crafted(_ words: String, _ change: @escaping @Sendable (inout ForgedArchive) -> Void) -> Craft {
        Craft(words: "manifest, \(words)", target: .archive) { [archive] path in
            var forged = archive
            change(&forged)
            try forged.writeManifest(path)
        }
    }
}

extension ForgedArchive {
    /// Writes the manifest with its old checksum.
    fileprivate func writeWrongManifest(_ folder: String) throws {
        let end = try String(contentsOfFile: folder + "/manifest.jsonl", encoding: .utf8).split(separator: "\n").last ?? ""
        try (lines.map { $0 + "\n" }.joined() + end + "\n").write(toFile: folder + "/manifest.jsonl", atomically: false, encoding: .utf8)
    }
}
