import FlxCore
import FlxEvents

/// Writes the events of a store as a log, a page in memory at a time.
struct LogExport {
    let store: any EventStore
    let filter: EventFilter
    let transform: Transform?
    /// Takes the bytes of the file.
    let write: ([UInt8]) throws -> Void
    /// Is told how many events were written, and how far the work is, from 0 to 1.
    let onProgress: (Int64, Double) -> Void
    /// Is told of damaged events that are left out, more than once where the log is read more than once.
    let onDamage: (Position) -> Void

    func run(_ writer: some LogWriter) async throws {
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

    /// Hands out what becomes of each event that was there when the work began: a log must not grow between two looks at it.
    private func each(_ filter: EventFilter, through last: Position, _ body: (RecordedEvent) throws -> Void) async throws {
        try await filter.scan(store, onDamage: onDamage) { recorded in
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
        case .all: prefix = ""
        }
        var previous: StreamName?
        while true {
            let page = try await store.streams(prefix: prefix, after: previous, limit: 1000)
            for summary in page {
                var inner = filter
                inner.selection.scope = .stream(summary.name)
                try await body(inner)
            }
            guard let name = page.last?.name else { return }
            previous = name
        }
    }
}
