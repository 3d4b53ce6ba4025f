package import FlxCore
package import FlxEvents

/// Writes the events of a store as a log, a page in memory at a time.
package struct LogExport {
    private let store: any EventStore
    private let filter: EventFilter
    private let transform: Transform?
    private let skipsDamaged: Bool
    private let write: ([UInt8]) throws -> Void
    private let onProgress: (Int64, Double) -> Void
    private let onDamage: (Position) -> Void

    /// - Parameters:
    ///   - skipsDamaged: True to leave out damaged events, instead of ending the export.
    ///   - write: Called with the bytes of the file.
    ///   - onProgress: Called with the number of events written, and the progress from 0 to 1.
    ///   - onDamage: Called with the damaged events left out, more than once if the log is read more than once.
    package init(
        _ store: any EventStore, _ filter: EventFilter, _ transform: Transform?, skipsDamaged: Bool,
        write: @escaping ([UInt8]) throws -> Void, onProgress: @escaping (Int64, Double) -> Void,
        onDamage: @escaping (Position) -> Void
    ) {
        (self.store, self.filter, self.transform, self.skipsDamaged) = (store, filter, transform, skipsDamaged)
        (self.write, self.onProgress, self.onDamage) = (write, onProgress, onDamage)
    }

    /// Writes the log in a format. Lines of JSON may include the places of the events, or be one array.
    package func run(as format: LogFormat, places: Bool = false, isArray: Bool = false) async throws {
        switch format {
        case .jsonl: try await run(JSONLinesWriter(places: places, isArray: isArray))
        case .csv: try await run(CSVWriter())
        case .xes: try await run(XESWriter())
        case .ocel: try await run(OCELWriter())
        }
    }

    private func run(_ writer: some LogWriter) async throws {
        var writer = writer
        let last = try await store.lastPosition()
        repeat {
            if type(of: writer).hasSurvey { try await each(filter, through: last) { try writer.survey($0.event) } }
            try write(try writer.begin())
        } while !writer.hasBegun
        var count: Int64 = 0
        func put(_ recorded: RecordedEvent) throws {
            try write(try writer.write(recorded))
            count += 1
            onProgress(count, Double(recorded.position.value) / Double(last.value))
        }
        if type(of: writer).isByStream {
            try await eachStream { filter in try await each(filter, through: last, put) }
        } else {
            try await each(filter, through: last, put)
        }
        try write(writer.end())
    }

    /// Passes on the result of each event present at the beginning of the work: a log must not grow between two surveys.
    private func each(_ filter: EventFilter, through last: Position, _ body: (RecordedEvent) throws -> Void) async throws {
        try await filter.scan(store, skipsDamaged: skipsDamaged, onDamage: onDamage) { recorded in
            guard recorded.position <= last else { return false }
            guard let transform else {
                try body(recorded)
                return true
            }
            for event in try transform.apply(to: recorded.event) {
                try body(
                    RecordedEvent(
                        event: event, version: recorded.version, position: recorded.position, recordedTime: recorded.recordedTime))
            }
            return true
        }
    }

    private func eachStream(_ body: (EventFilter) async throws -> Void) async throws {
        let prefix: String
        switch filter.selection.scope {
        case .stream: return try await body(filter)
        case .prefix(let text): prefix = text
        case .all, .everything: prefix = ""
        }
        var previous: StreamName?
        while true {
            let page = try await store.streams(prefix: prefix, after: previous, limit: 1000)
            for summary in page where filter.selection.scope.contains(summary.name) {
                var inner = filter
                inner.selection.scope = .stream(summary.name)
                try await body(inner)
            }
            guard let name = page.last?.name else { return }
            previous = name
        }
    }
}
