import ArgumentParser
import FlxEvents

struct StateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "The state of a stream or a query, now or at an earlier point.",
        discussion: """
            Examples:
              flx state order-17
              flx state order-17 --at 3                        as of version 3
              flx state order-17 --at 2026-01-31T12:00:00Z
              flx state --tag customer:c1 --at 9000            as of position 9000

            A time means the time of the events themselves, and all earlier events count,
            at any position; flx restore --at uses the time of recording.

            Shows the latest value of each field of the events' data, in JSON, MessagePack
            or CBOR: 10,000 fields, and how many it left out. Data of another kind has no
            fields, and its events are counted. Programs fold their own states with
            store.state(of:in:upTo:).
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The stream; without it, the events that --type, --tag and --prefix select.")
    var stream: String?

    @Option(help: ArgumentHelp("As of this version (of a stream), this position (of a query), or before this time.", valueName: "place"))
    var at: String?

    @Option(help: "Events of this type; may be repeated.")
    var type: [String] = []

    @Option(help: "Events with this tag; may be repeated, and all of them count.")
    var tag: [String] = []

    @Option(help: "Events of streams with names that begin with this text.")
    var prefix: String?

    func run() async throws {
        let (selection, end) = (try selection(), try end())
        let (state, last) = try await common.withStore { store in
            (try await store.state(of: LatestFields(), in: selection, upTo: end), try await store.lastPosition())
        }
        try check(end, state.version, last)
        guard let last = state.view.lastPosition else { throw Failure(.found, "no event is there\(at.map { " at \($0)" } ?? "")") }
        var sheet = Sheet()
        if let stream {
            sheet.add("stream", "stream", .string(stream))
            // With a time as the limit, events may be left out before others that count: that is no version of the stream.
            let isVersion = state.view.events == state.version.value
            sheet.add("version", "version", isVersion ? .int(state.version.value) : .null)
        }
        sheet.add("events", "events", state.view.events)
        sheet.add("lastPosition", "last position", last.value)
        sheet.add("lastTime", "last", state.view.lastTime.map { .string($0.description) } ?? .null)
        let (leftOut, isMore) = state.fieldsLeftOut
        if leftOut > 0 { sheet.add("fieldsLeftOut", "fields left out", .int(leftOut), (isMore ? "more than " : "") + "\(leftOut)") }
        if state.withoutFields > 0 { sheet.add("eventsWithoutFields", "events without fields", state.withoutFields) }
        sheet.add("data", "data", state.data)
        try sheet.write(as: common.format, to: common.console)
    }

    private func selection() throws -> Selection {
        guard stream == nil || (prefix == nil && type.isEmpty && tag.isEmpty) else {
            throw Failure(.usage, "give a stream, or --type, --tag and --prefix")
        }
        guard stream != nil || prefix != nil || !type.isEmpty || !tag.isEmpty else {
            throw Failure(.usage, "of what? give a stream, or --type, --tag or --prefix")
        }
        if let stream { return .stream(try StreamName(stream)) }
        let types = try type.map { name throws(FlxError) in try EventType(name) }
        let tags = try tag.map { label throws(FlxError) in try Tag(label) }
        let query = types.isEmpty && tags.isEmpty ? Query.all : Query(criteria: [.init(types: types, tags: tags)])
        return Selection(prefix.map { .prefix($0) } ?? .all, query)
    }

    /// A place beyond the end is no place.
    private func check(_ end: ReplayEnd, _ version: Version, _ last: Position) throws(Failure) {
        switch end {
        case .version(let wanted) where wanted > version:
            throw Failure(.found, "there is no version \(wanted): the stream '\(stream ?? "")' ends at \(version)")
        case .position(let wanted) where wanted > last:
            throw Failure(.found, "there is no position \(wanted): the log ends at \(last)")
        default: break
        }
    }

    private func end() throws -> ReplayEnd {
        guard let at else { return .latest }
        if let number = Int64(at) { return stream == nil ? .position(try Position(number)) : .version(try Version(number)) }
        guard let time = try FilterOptions.time(at, "--at") else { return .latest }
        return .time(time)
    }
}
