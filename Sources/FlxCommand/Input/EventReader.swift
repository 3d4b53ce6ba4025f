import FlxCore
import FlxEvents

/// Reads events from a log of any format, gzip or not.
final class EventReader {
    /// A line that is no event, and why.
    struct BadLine: Sendable {
        let item: TextItem
        let reason: String
    }

    /// An event and the line that it stands on.
    struct Line: Sendable {
        let event: Event
        let item: TextItem
    }

    /// A part of the log. A failure ends it: what stands before has been read.
    struct Batch: Sendable {
        var lines: [Line] = []
        var bad: [BadLine] = []
        var isLast = false
        var failure: FlxError?
    }

    /// A batch ends when it has so many bytes of text, so that memory stays flat whatever the events are like.
    private static let batchBytes = 8 << 20

    private let source: GzipSource
    private let stream: StreamName?
    private let limits: StoreLimits
    private let transform: Transform?
    private let schemas: SchemaCheck?
    private var splitter: any LogSplitter
    private var items: [TextItem] = []
    private var next = 0
    private var hasEnded = false

    /// Opens a file, or standard input for `-`.
    /// - Parameters:
    ///   - format: What the log is written in.
    ///   - stream: Where events go that name no stream themselves.
    ///   - transform: What is done to each event first.
    ///   - schemas: What events must fit.
    ///   - limits: What the store will take.
    /// - Throws: ``FlxError/Code/notFound`` for a file that cannot be read.
    init(
        _ path: String, format: LogFormat = .jsonl, stream: StreamName?, transform: Transform? = nil, schemas: SchemaCheck? = nil,
        limits: StoreLimits = .standard
    ) throws(FlxError) {
        source = try GzipSource(path)
        splitter = format.splitter
        self.transform = transform
        self.schemas = schemas
        self.stream = stream
        self.limits = limits
    }

    /// The part of the file that was read so far; nil where the end is not known.
    var part: Double? { source.part }
    /// Whether the input can be read again from the start.
    var isFile: Bool { source.isFile }

    /// The next events, at most so many, and the bad lines among them; or only up to the first of these.
    func batch(of count: Int, untilBad: Bool = false) -> Batch {
        var batch = Batch()
        batch.lines.reserveCapacity(count)
        var bytes = 0
        do throws(FlxError) {
            while batch.lines.count + batch.bad.count < count, bytes < Self.batchBytes, !untilBad || batch.bad.isEmpty {
                guard let item = try nextItem() else {
                    batch.isLast = true
                    break
                }
                bytes += item.bytes.count
                read(item, into: &batch)
            }
        } catch {
            batch.failure = error
            batch.isLast = true
        }
        return batch
    }

    private func nextItem() throws(FlxError) -> TextItem? {
        while next == items.count {
            guard !hasEnded else { return nil }
            let piece = try source.next()
            hasEnded = piece.isEmpty
            items = hasEnded ? splitter.finish() : splitter.take(piece)
            next = 0
        }
        defer { next += 1 }
        return items[next]
    }

    private func read(_ item: TextItem, into batch: inout Batch) {
        do throws(FlxError) {
            if let fault = item.fault { throw FlxError(.malformed, fault) }
            let event = try CloudEventsJSON.decode(item.bytes, dropping: .all)
            var lines: [Line] = []
            for var event in try transform?.apply(to: event) ?? [event] {
                if event.stream == nil { event.stream = stream }
                guard event.stream != nil else {
                    throw FlxError(.invalidValue, "subject: the event names no stream; --stream NAME gives one to such events")
                }
                try limits.check(event)
                try schemas?.check(event)
                lines.append(Line(event: event, item: item))
            }
            batch.lines += lines
        } catch {
            batch.bad.append(BadLine(item: item, reason: Self.reason(error)))
        }
    }

    static func reason(_ error: FlxError) -> String {
        guard let location = error.location else { return error.message }
        return "\(error.message), at byte \(location.offset + 1)\(location.pointer.isEmpty ? "" : ", \(location.pointer)")"
    }
}
