import FlxTesting
import Foundation

/// One way to make a file that no store would write.
struct Craft {
    enum Target: String {
        /// A copy of the store with tables that accept NULL. Its definitions are corrected afterwards.
        case rows
        /// A copy of the store.
        case file
        /// A copy of the archive.
        case archive
    }

    let words: String
    let target: Target
    /// True if the checksums of events are corrected afterwards, so that the store accepts the changed content.
    var isForged = false
    /// Changes the copy at a path.
    let apply: @Sendable (String) throws -> Void

    /// Returns a craft made of SQL statements.
    static func statements(_ words: String, _ target: Target, _ sql: String) -> Craft {
        Craft(words: words, target: target) { path in try RawFile(path).execute(sql) }
    }

    /// Returns all crafts, for each kind of field and each extreme value. The most harmful ones are returned
    /// separately.
    static func all(of base: CraftedStore, canary: String, random: SeededGenerator) throws -> (notable: [Craft], others: [Craft]) {
        var random = random
        let fields = try FieldCrafts(base, canary: canary).all(&random)
        let schema = SchemaCrafts(canary: canary)
        let archives = try ArchiveCrafts(base).all()
        return (schema.hostile, schema.others + HeadCrafts.all + fields + archives + (try RecordCrafts(base).all()))
    }

    /// Makes the file or folder at a path.
    func make(_ path: String, of base: CraftedStore, definitions: String) throws {
        let source = [.rows: base.loose, .file: base.path, .archive: base.archive][target] ?? base.path
        try FileManager.default.copyItem(atPath: source, toPath: path)
        try apply(path)
        guard target == .rows else { return }
        let file = try RawFile(path)
        if isForged { try Forger.resum(file) }
        try file.execute(definitions)
    }

    /// Returns a craft that combines this one with another.
    func with(_ other: Craft) -> Craft {
        Craft(words: "\(words); \(other.words)", target: target, isForged: isForged || other.isForged) { path in
            try apply(path)
            try other.apply(path)
        }
    }

    var forged: Craft {
        var craft = self
        craft.isForged = true
        return craft
    }
}

/// Numbers in the head of the file and in its first page.
enum HeadCrafts {
    static let all: [Craft] = [(16, 2), (18, 1), (19, 1), (20, 1), (21, 1), (22, 1), (23, 1), (24, 4), (28, 4), (32, 4), (36, 4), (40, 4),
        (44, 4), (48, 4), (52, 4), (56, 4), (60, 4), (64, 4), (68, 4), (92, 4), (96, 4), (100, 1), (101, 2), (103, 2), (105, 2), (107, 1),
        (108, 4)].flatMap { (offset: Int, size: Int) in
            [0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].map { (value: UInt32) in
                Craft(words: "\(size) bytes at \(offset) are \(value)", target: .file) { path in
                    guard let file = FileHandle(forUpdatingAtPath: path) else { throw Broken("\(path) is not there") }
                    try file.seek(toOffset: UInt64(offset))
                    try file.write(contentsOf: withUnsafeBytes(of: value.bigEndian) { Data($0.suffix(size)) })
                    try file.close()
                }
            }
        }
}
