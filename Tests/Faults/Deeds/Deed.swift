import FlxCore
import FlxEvents
import FlxSQLite
import Foundation

/// One use of a store's file or of an archive by a program.
enum Deed: String, CaseIterable {
    case open, append, read, copy, directory, service, operators, views, verify, check, rehearse, repair, backup, restore, rewind, archive

    /// The result of a deed.
    struct Outcome {
        var words = "done"
        /// The events read.
        var events: [RecordedEvent] = []
    }

    /// The deeds that only read their input.
    static let reading: Set<Deed> = [.read, .copy, .directory, .verify, .check, .rehearse, .backup, .restore, .rewind, .archive]
    /// The deeds that accept an archive as well as a store.
    static let onArchives: [Deed] = [.check, .restore, .rewind]

    /// Performs the deed on the store or archive at a path, and checks its result in another way.
    /// - Parameters:
    ///   - output: The path of the output.
    ///   - checks: True to check the output in another way.
    func run(_ path: String, output: String, checks: Bool = true) async throws -> Outcome {
        switch self {
        case .open: return try await withSQLiteEventStore(.init(path: path)) { Outcome(words: "\(try await $0.lastPosition())") }
        case .append: return try await withSQLiteEventStore(.init(path: path)) { try await Self.append(to: $0) }
        case .read: return try await withSQLiteEventStore(.readOnly(path: path)) { Outcome(events: try await Self.all($0)) }
        case .copy: return try await withSQLiteEventStore(.readOnly(path: path)) { try await Self.copy($0) }
        case .directory: return try await withSQLiteEventStore(.readOnly(path: path)) { try await StoreTour.read($0) }
        case .service: return try await withSQLiteEventStore(.init(path: path)) { try await StoreTour.serve($0) }
        case .operators: return try await withSQLiteEventStore(.init(path: path)) { try await ServiceTour($0).run() }
        case .views: return try await withSQLiteEventStore(.init(path: path)) { try await StoreTour.project($0) }
        case .verify: return try await withSQLiteEventStore(.readOnly(path: path)) { Self.outcome(try await $0.verify { _, _ in }) }
        case .check: return Self.outcome(try await SQLiteEventStore.verify(backup: path))
        case .rehearse: return Outcome(words: "\(try await SQLiteEventStore.repair(path, isDryRun: true).faults.count) faults")
        case .repair:
            let report = try await SQLiteEventStore.repair(path, forgetsViews: true)
            guard report.faults.isEmpty else { return Outcome(words: "\(report.faults.count) faults") }
            return checks ? try await Self.sound(path) : Outcome()
        case .backup:
            _ = try await withSQLiteEventStore(.readOnly(path: path)) { try await $0.backup(to: output) }
            return checks ? try await Self.sound(output) : Outcome()
        case .restore:
            _ = try await SQLiteEventStore.restore(path, to: output)
            return checks ? try await Self.sound(output) : Outcome()
        case .rewind: return try await Self.rewind(path, to: output)
        case .archive:
            _ = try await withSQLiteEventStore(.readOnly(path: path)) { try await $0.archive(into: output) }
            return checks ? Self.outcome(try await Self.requireSound(output)) : Outcome()
        }
    }

    /// Returns all events of a store, in order.
    static func all(_ store: SQLiteEventStore) async throws -> [RecordedEvent] {
        var (events, through) = ([RecordedEvent](), Position.start)
        while true {
            let page = try await store.read(.everything, .forward(after: through), limit: 1_000)
            try require(page.through >= through, "a page leads back from \(through) to \(page.through)")
            events += page.events
            through = page.through
            if page.isLast { return events }
        }
    }

    /// Copies a store event by event, each as the first of a page.
    private static func copy(_ store: SQLiteEventStore) async throws -> Outcome {
        var copy = StoreCopy(from: store, to: MemoryEventStore())
        copy.pageSize = 1
        let report = try await copy.run()
        try require(report.isSame, "a copy is not what was copied: \(report)")
        return Outcome(words: "\(report.copied) events")
    }

    private static func append(to store: SQLiteEventStore) async throws -> Outcome {
        for stream: StreamName in ["order-1", "crafted-new"] {
            let event = Event(type: "crafted.appended", payload: Payload(unchecked: Array("{}".utf8), form: .json, contentType: nil))
            let result = try await store.append([event], to: stream)
            guard let place = result.places.first else { throw Broken("an append without a place") }
            let found = try await store.event(event.id)
            try require(found?.position == place.position, "an appended event at \(place.position) is found at \(found as Any)")
        }
        let boundary = Boundary(.events("crafted.appended"), after: try await store.lastPosition())
        _ = try await store.append([StreamWrite([try Event(type: "crafted.guarded", data: .int(1))], to: "order-1")], unless: boundary)
        return Outcome()
    }

    private static func rewind(_ path: String, to output: String) async throws -> Outcome {
        _ = try await SQLiteEventStore.restore(path, to: output, upTo: .position(Position(5)))
        let outcome = try await sound(output)
        try require(outcome.events.count == 5, "restored to 5, and has \(outcome.events.count) events")
        let point = outcome.events.last?.recordedTime ?? Timestamp(nanoseconds: 0)
        _ = try await SQLiteEventStore.restore(path, to: output + "-time", upTo: .time(point))
        return outcome
    }

    /// Requires that an output, or a file called intact, passes verification and can be read.
    private static func sound(_ path: String) async throws -> Outcome {
        _ = try await requireSound(path)
        return try await withSQLiteEventStore(.readOnly(path: path)) { Outcome(events: try await all($0)) }
    }

    private static func requireSound(_ path: String) async throws -> VerificationReport {
        let report: VerificationReport
        do {
            report = try await SQLiteEventStore.verify(backup: path)
        } catch {
            throw Broken("\(path) was called whole, and cannot be verified: \(error)")
        }
        // A copy keeps checkpoints of readers of other logs. Verification cannot recognize them.
        let faults = report.faults.filter { !$0.message.contains("unless it is that of another log") }
        try require(faults.isEmpty, "\(path) was called whole, and has \(faults.prefix(2))")
        return report
    }

    private static func outcome(_ report: VerificationReport) -> Outcome {
        guard let fault = report.faults.first else { return Outcome(words: "\(report.events) events") }
        return Outcome(words: "\(report.faults.count) faults: \(fault.message.replacing("\n", with: " "))")
    }
}
