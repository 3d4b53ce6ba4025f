/// Kinds of files that are no logs, by their first bytes.
package enum FileKind: CaseIterable {
    case sqlite, zstandard, xz, bzip2, lz4, zip, sevenZip, utf16

    init?(beginning bytes: [UInt8]) {
        guard let kind = Self.allCases.first(where: { kind in kind.beginnings.contains { bytes.starts(with: $0) } }) else {
            // UTF-16 without a mark of its byte order has a zero in each character of ASCII.
            guard bytes.count > 3, (bytes[0] == 0) != (bytes[1] == 0), (bytes[0] == 0) == (bytes[2] == 0),
                (bytes[1] == 0) == (bytes[3] == 0)
            else { return nil }
            self = .utf16
            return
        }
        self = kind
    }

    private var beginnings: [[UInt8]] {
        switch self {
        case .sqlite: [Array("SQLite format 3\0".utf8)]
        case .zstandard: [[0x28, 0xB5, 0x2F, 0xFD]]
        case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]]
        // Behind the size of its blocks, a block or the end begins.
        case .bzip2: (1...9).flatMap { size in [[0x31, 0x41, 0x59], [0x17, 0x72, 0x45]].map { Array("BZh\(size)".utf8) + $0 } }
        case .lz4: [[0x04, 0x22, 0x4D, 0x18]]
        case .zip: [[0x50, 0x4B, 0x03, 0x04]]
        case .sevenZip: [[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]]
        case .utf16: [[0xFF, 0xFE], [0xFE, 0xFF]]
        }
    }

    /// The name of the kind, and the advice.
    package var words: String {
        switch self {
        case .sqlite: "is a store of SQLite and no log: if it is an event store, flx copy --from carries it over"
        case .zstandard: packed("zstd -dc")
        case .xz: packed("xz -dc")
        case .bzip2: packed("bzip2 -dc")
        case .lz4: packed("lz4 -dc")
        case .zip: packed("unzip -p")
        case .sevenZip: packed("7z x -so")
        case .utf16: "is written in UTF-16: convert it with iconv -f UTF-16 -t UTF-8"
        }
    }

    private func packed(_ command: String) -> String {
        "is packed in a way that flx does not read: \(command) FILE | flx import -"
    }
}
