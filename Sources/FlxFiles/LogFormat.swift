import FlxCore

/// The form of a log in a file.
package enum LogFormat: String, CaseIterable, Sendable {
    /// CloudEvents, one a line, or one array of them.
    case jsonl
    /// A table (RFC 4180): a line an event.
    case csv
    /// Traces of process mining (IEEE 1849): a stream is a trace.
    case xes
    /// An object-centric log (OCEL 2.0 in JSON): streams and tags are objects.
    case ocel

    /// The format by a file's name, packed or not; nil for an unknown name.
    package init?(path: String) {
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        let endings: [(String, LogFormat)] = [
            (".ocel.json", .ocel), (".jsonocel", .ocel), (".ocel", .ocel), (".jsonl", .jsonl), (".ndjson", .jsonl), (".json", .jsonl),
            (".csv", .csv), (".tsv", .csv), (".xes", .xes),
        ]
        guard let match = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        self = match.1
    }

    /// The probable format of a log that is read as lines of JSON and has none, by its beginning; nil if it is unknown.
    package init?(beginning bytes: [UInt8]) {
        let text = bytes.prefix(1 << 16).drop { TextSplitter.isSpace($0) }
        guard let first = text.first else { return nil }
        let line = text.prefix { $0 != UInt8(ascii: "\n") }
        if first == UInt8(ascii: "<") {
            self = .xes
        } else if first == UInt8(ascii: "{") {
            let members = ["\"objectTypes\"", "\"eventTypes\""].map { Array($0.utf8) }
            guard members.contains(where: { text.contains($0) }) else { return nil }
            self = .ocel
        } else {
            guard first != UInt8(ascii: "["), line.contains(where: { CSVDelimiter.all.contains($0) }) else { return nil }
            self = .csv
        }
    }

    /// The splitter of a file of the format into CloudEvents.
    func splitter(_ reading: LogReading = LogReading()) -> any LogSplitter {
        switch self {
        case .jsonl: TextSplitter()
        case .csv: CSVSplitter(reading)
        case .xes: XESSplitter(reading)
        case .ocel: OCELSplitter(reading)
        }
    }

    /// The bytes between two events of a file.
    package var separator: [UInt8] { Array((self == .ocel ? ",\n" : "\n").utf8) }

    /// The bytes at the end of a file.
    package var tail: [UInt8] {
        switch self {
        case .jsonl, .csv: Array("\n".utf8)
        case .xes: Array("\n</log>\n".utf8)
        case .ocel: Array("\n]}\n".utf8)
        }
    }
}

/// Cuts the bytes of a log, received in pieces, into texts of CloudEvents. At most one of them is in memory.
protocol LogSplitter {
    /// Takes a piece and returns the items that end in it, or the first of them.
    mutating func take(_ piece: [UInt8]) -> [TextItem]
    /// True if there are more items in the pieces taken; an empty piece returns them.
    var hasMore: Bool { get }
    /// Ends the log and returns the remaining items.
    mutating func finish() -> [TextItem]
    /// The parts of the log without a place in events, as far as the log was read.
    var leftOut: LeftOut { get }
}

extension LogSplitter {
    var hasMore: Bool { false }
    var leftOut: LeftOut { LeftOut() }
}
