package import FlxCore
package import FlxEvents

/// Reads events from a log of any format, gzip or not.
package final class EventReader {
    /// A line without a valid event, and the reason.
    package struct BadLine: Sendable {
        package let item: TextItem
        /// The number of the item in the log.
        package let number: Int64
        package let reason: String
    }

    /// An event and its line. A transform may make several events of one line.
    package struct Line: Sendable {
        let event: Event
        let item: TextItem
        /// The number of the item in the log.
        let number: Int64
        /// True if its id is made of its content and its place: the log has none for it, and no step of a transform gave it one.
        let isIDDerived: Bool

        /// The part of the event reserved for the system: its stream, or a tag for the effect of another event. Nil for neither.
        var systemPart: String? {
            if event.stream?.isSystem == true { return "its stream" }
            return event.tags.contains { $0.description.begins(with: Subscription.oncePrefix) } ? "a tag of it" : nil
        }
    }

    /// A part of the log. A failure ends it: everything before the failure has been read.
    package struct Batch: Sendable {
        package var lines: [Line] = []
        package var bad: [BadLine] = []
        package var isLast = false
        package var failure: FlxError?
        /// The number of bytes read for it.
        fileprivate var bytes = 0
        /// The moment when it ends although a slow pipe may bring more.
        fileprivate var end: ContinuousClock.Instant?
    }

    /// The options for reading a log.
    package struct Options {
        /// The format of the log.
        package var format = LogFormat.jsonl
        /// Everything missing in the log itself.
        package var reading = LogReading()
        /// The stream of events without a stream.
        package var stream: StreamName?
        /// The transform of each event, done first.
        package var transform: Transform?
        /// The schemas for the events.
        package var schemas: SchemaCheck?
        /// The rule for the ids of events that have one.
        package var ids = IDRule.id
        /// The limits of the store.
        package var limits = StoreLimits.standard

        package init(
            format: LogFormat = .jsonl, transform: Transform? = nil, schemas: SchemaCheck? = nil, ids: IDRule = .id
        ) {
            (self.format, self.transform, self.schemas, self.ids) = (format, transform, schemas, ids)
        }
    }

    /// The maximum number of bytes in a batch: text, including that of the log and of bad lines, or events made by a transform. So memory
    /// stays flat for any log.
    private static let batchBytes = 8 << 20
    /// The time for which a batch with events waits for more of them: slow events are committed, too.
    private static let patience = Duration.seconds(1)

    private let source: GzipSource
    private let options: Options
    private var splitter: any LogSplitter
    private var items: [TextItem] = []
    private var next = 0
    private var hasEnded = false
    /// The number of lines read.
    package private(set) var count: Int64 = 0
    /// The kind of the file if its beginning shows that it is no log. Then nothing of it is read.
    package private(set) var foreignKind: FileKind?
    /// The item that ended the log before its end; nil if the log was read completely, so far.
    package private(set) var broken: TextItem?
    /// The beginning of the log, as far as its first item needed it.
    package private(set) var beginning: [UInt8] = []

    /// Opens a file, or standard input for `-`.
    /// - Throws: ``FlxError/Code/notFound`` for an unreadable file.
    package init(_ path: String, _ options: Options = Options()) throws(FlxError) {
        source = try GzipSource(path)
        splitter = options.format.splitter(options.reading)
        self.options = options
    }

    /// The part of the file read so far; nil if the end is unknown.
    package var part: Double? { source.part }
    /// True if the input can be read again from the start.
    package var isFile: Bool { source.isFile }
    /// The parts of the log without a place in events, as far as the log was read.
    package var leftOut: LeftOut { splitter.leftOut }

    /// The next events, at most `count`, and the bad lines among them, or only up to the first bad line.
    package func batch(of count: Int, untilBad: Bool = false) -> Batch {
        var batch = Batch()
        fill(&batch, to: count, untilBad: untilBad)
        return batch
    }

    /// Adds the next events to a batch, up to `count`.
    /// - Parameters:
    ///   - untilBad: True to end the batch with its first bad line.
    ///   - waits: False to add only the events that can be read without waiting for a pipe.
    package func fill(_ batch: inout Batch, to count: Int, untilBad: Bool = false, waits: Bool = true) {
        batch.lines.reserveCapacity(count)
        do throws(FlxError) {
            while !batch.isLast, batch.lines.count + batch.bad.count < count, batch.bytes < Self.batchBytes,
                !untilBad || batch.bad.isEmpty
            {
                if !waits || batch.end != nil, try !hasNext(before: waits ? batch.end : nil) { break }
                guard let item = try nextItem() else {
                    batch.isLast = true
                    break
                }
                let before = batch.lines.count
                read(item, into: &batch)
                let kept = item.bytes.count + (item.original?.count ?? 0)
                batch.bytes += max(kept, batch.lines[before...].reduce(0) { $0 + $1.event.approximateBytes })
                if item.endsLog {
                    (broken, batch.isLast) = (item, true)
                    break
                }
                // By a steady clock: the time of the day may be set back.
                if !isFile, batch.end == nil { batch.end = .now + Self.patience }
            }
        } catch {
            batch.failure = error
            batch.isLast = true
        }
    }

    /// Returns true if an item, or the end of the log, is there before a moment, or at once if there is no moment.
    private func hasNext(before end: ContinuousClock.Instant?) throws(FlxError) -> Bool {
        while next == items.count, !hasEnded {
            if splitter.hasMore || source.isReady(within: 0) {
                try readPiece()
                continue
            }
            guard !Task.isCancelled else { throw FlxError(.cancelled, "interrupted") }
            guard let end, .now < end else { return false }
            _ = source.isReady(within: 50)
        }
        return true
    }

    private func nextItem() throws(FlxError) -> TextItem? {
        while next == items.count {
            guard !hasEnded else { return nil }
            try readPiece()
        }
        defer { next += 1 }
        return items[next]
    }

    private func readPiece() throws(FlxError) {
        guard !splitter.hasMore else {
            (items, next) = (splitter.take([]), 0)
            return
        }
        let piece = try source.next()
        if beginning.isEmpty, let kind = FileKind(beginning: piece) {
            foreignKind = kind
            throw FlxError(.invalidValue, kind.words)
        }
        if beginning.count < 1 << 16 { beginning += piece.prefix(1 << 16) }
        hasEnded = piece.isEmpty
        items = hasEnded ? splitter.finish() : splitter.take(piece)
        next = 0
    }

    private func read(_ item: TextItem, into batch: inout Batch) {
        count += 1
        do throws(FlxError) {
            if let fault = item.fault { throw FlxError(.malformed, fault) }
            let original = try CloudEventsJSON.decode(item.bytes, dropping: .all)
            let events = try options.transform?.apply(to: original) ?? [original]
            let derived: Set = item.isIDDerived ? Self.ids(of: original, parts: options.transform == nil ? 0 : events.count) : []
            var lines: [Line] = []
            for var event in events {
                let isIDDerived = derived.contains(event.id)
                if event.stream == nil { event.stream = options.stream }
                guard event.stream != nil else {
                    throw FlxError(.invalidValue, "subject: the event names no stream; --stream NAME gives one to such events")
                }
                if !isIDDerived { event.id = try options.ids.id(of: event, in: options.reading.origin) }
                try options.limits.check(event)
                try options.schemas?.check(event)
                lines.append(Line(event: event, item: item, number: count, isIDDerived: isIDDerived))
            }
            batch.lines += lines
        } catch {
            batch.bad.append(BadLine(item: item, number: count, reason: Self.reason(error)))
        }
    }

    /// The id of an event, and those of its parts if it was split.
    private static func ids(of event: Event, parts: Int) -> Set<EventID> {
        Set((0..<parts).map { Transform.partID(of: event.id, $0) } + [event.id])
    }

    package static func reason(_ error: FlxError) -> String {
        guard let location = error.location else { return error.message }
        return "\(error.message), at byte \(location.offset + 1)\(location.pointer.isEmpty ? "" : ", \(location.pointer)")"
    }
}
