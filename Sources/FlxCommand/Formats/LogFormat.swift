import ArgumentParser
import FlxCore

/// The form of a log in a file.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    /// CloudEvents, one a line, or one array of them.
    case jsonl
    /// A table (RFC 4180): a line an event.
    case csv
    /// Traces of process mining (IEEE 1849): a stream is a trace.
    case xes
    /// An object-centric log (OCEL 2.0 in JSON): streams and tags are objects.
    case ocel

    /// The format that a file's name tells, packed or not; nil where it tells none.
    init?(path: String) {
        var name = path.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        let endings: [(String, LogFormat)] = [
            (".ocel.json", .ocel), (".jsonocel", .ocel), (".ocel", .ocel), (".jsonl", .jsonl), (".ndjson", .jsonl), (".json", .jsonl),
            (".csv", .csv), (".xes", .xes),
        ]
        guard let match = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        self = match.1
    }

    /// What cuts a file of the format into CloudEvents.
    var splitter: any LogSplitter {
        switch self {
        case .jsonl: TextSplitter()
        case .csv: CSVSplitter()
        case .xes: XESSplitter()
        case .ocel: OCELSplitter()
        }
    }
}

/// Cuts the bytes of a log, which come in pieces, into texts of CloudEvents; it keeps no more than one of them in memory.
protocol LogSplitter {
    /// Takes a piece and returns the items that end in it.
    mutating func take(_ piece: [UInt8]) -> [TextItem]
    /// Ends the log and returns what was left.
    mutating func finish() -> [TextItem]
}
