import FlxEvents
import FlxPipelines

/// The view rebuilt by the demonstration: the number of pipeline runs by duration.
enum RunTimes {
    static let name = "run-times"
    static let selection = Selection.types(PipelineExecutionCompleted.eventType)

    /// A duration, and the number of runs with this duration.
    struct Row: Codable, Sendable {
        let seconds: Double
        var runs: Int64 = 0
    }

    /// The fold of both versions; the document under the tenths of a second counts the runs.
    static func apply(_ recorded: RecordedEvent, to rows: inout ViewDraft<Row>) throws -> Bool {
        let seconds = try recorded.event.decode(as: PipelineExecutionCompleted.self).durationSeconds
        rows[Quantity.decimal(seconds, 1), default: Row(seconds: seconds)].runs += 1
        return true
    }

    /// The view as it first was.
    struct First: DocumentView {
        static let name = RunTimes.name
        static let selection = RunTimes.selection

        func apply(_ recorded: RecordedEvent, to rows: inout ViewDraft<Row>) throws -> Bool {
            try RunTimes.apply(recorded, to: &rows)
        }
    }

    /// The same documents, with a second index: by their number of runs.
    struct Second: DocumentView {
        static let name = RunTimes.name
        static let version = 2
        static let selection = RunTimes.selection

        static func entries(of row: Row) -> [ViewEntry] { [ViewEntry("runs", row.runs)] }

        func apply(_ recorded: RecordedEvent, to rows: inout ViewDraft<Row>) throws -> Bool {
            try RunTimes.apply(recorded, to: &rows)
        }
    }
}
