import ArgumentParser
import FlxCore
import FlxEvents

/// The events for a command.
struct FilterOptions: ParsableArguments {
    @Option(help: "Events of this stream.")
    var stream: String?

    @Option(help: "Events of streams with names that begin with this text; flx- for the system's own.")
    var prefix: String?

    @Option(
        help: ArgumentHelp("Events of this type, or of types matching a pattern such as 'order.*'; may be repeated.", valueName: "type"))
    var type: [String] = []

    @Option(help: "Events with this tag; may be repeated, and all of them count.")
    var tag: [String] = []

    @Option(help: ArgumentHelp("Events from this time on (2026-01-31, or 2026-01-31T12:00:00Z).", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Events before this time.", valueName: "time"))
    var until: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            """
            Events for which this holds: paths (data.total, data.items[0].sku, type, subject, time, position …), = != < <= > >=, \
            and, or, not, exists(path), 'texts', numbers.
            """,
            valueName: "condition"))
    var condition: String?

    /// The selection for the options.
    /// - Parameter whole: The streams without `--stream` and `--prefix`.
    /// - Throws: ``Failure`` naming the wrong option.
    func filter(of whole: Selection.Scope = .all) throws -> EventFilter {
        guard stream == nil || prefix == nil else { throw Failure(.usage, "--stream and --prefix: give one of them") }
        var scope = whole
        if let stream { scope = .stream(try StreamName(stream)) }
        if let prefix { scope = .prefix(prefix) }
        let patterns = try type.map { text throws(FlxError) in try EventPattern(text) }
        noteStars(in: patterns)
        let isLiteral = patterns.allSatisfy(\.isLiteral)
        let types = isLiteral ? try patterns.map { pattern throws(FlxError) in try EventType(pattern.description) } : []
        let tags = try tag.map { label throws(FlxError) in try Tag(label) }
        let query = types.isEmpty && tags.isEmpty ? Query.all : Query(criteria: [.init(types: types, tags: tags)])
        return EventFilter(
            Selection(scope, query, since: try Self.time(since, "--since"), until: try Self.time(until, "--until")),
            matching: isLiteral ? [] : patterns, where: try parsedCondition())
    }

    /// Notes a star or a hash that is a literal character of a name, as a part of a segment.
    private func noteStars(in patterns: [EventPattern]) {
        for pattern in patterns {
            let parts = pattern.description.parts(at: ".").filter { $0.utf8.count > 1 }
            guard parts.contains(where: { $0.utf8.contains(UInt8(ascii: "*")) || $0.utf8.contains(UInt8(ascii: "#")) }) else { continue }
            Console.standard.say("--type '\(pattern)': * and # stand for whole segments, as in order.*; here they are characters of a name")
        }
    }

    /// Ends the command if there is no stream of the given name.
    /// - Parameter count: The number of events found; with one of them the stream exists.
    func requireStream(in store: any EventStore, afterFinding count: Int) async throws {
        guard let stream, count == 0 else { return }
        do {
            guard try await store.read(.stream(try StreamName(stream)), .forward, limit: 1).events.isEmpty else { return }
        } catch {
            // A damaged event is an event of the stream, and no part of the answer.
            guard error.code == .corrupt else { throw error }
            return
        }
        throw Failure(.found, "there is no stream '\(stream)'; flx streams ls lists them")
    }

    private func parsedCondition() throws -> EventCondition? {
        guard let condition else { return nil }
        do {
            return try EventCondition(parsing: condition)
        } catch {
            throw Failure(error, in: condition)
        }
    }

    static func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        do {
            return try Timestamp(dayOrTime: text)
        } catch .noTime {
            throw Failure(.usage, "\(option): '\(text)' is no time; write 2026-01-31 or 2026-01-31T12:00:00Z")
        } catch {
            throw Failure(.usage, "\(option): \(error.message(text))")
        }
    }
}

extension Failure {
    /// A fault of a condition, with the condition and a mark under the place.
    init(_ fault: ConditionFault, in condition: String) {
        // The text before the mark has its displayed width.
        let before = Escape.visible(String(String.UnicodeScalarView(condition.unicodeScalars.prefix(fault.column - 1))))
        let mark = String(repeating: " ", count: TextWidth.of(before)) + "^"
        self.init(.usage, "--where: \(fault.reason), at column \(fault.column)", details: ["  " + condition, "  " + mark])
    }
}
