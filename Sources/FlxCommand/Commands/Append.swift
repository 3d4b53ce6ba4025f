import ArgumentParser
import FlxCore
import FlxEvents
import FlxFiles

struct Append: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Appends one event to a stream.",
        discussion: """
            Examples:
              flx append order.placed --stream order-17 --data '{"total":120}'
              curl -s https://example.org/state |
                flx append state.seen --stream states --data - --expect 3

            A missing store is created. With --id the command may be repeated: the event is
            recorded once. Streams that begin with 'flx-', and tags that begin with
            'flx-once:', are reserved for the system and refused. An event that does not
            fit the registered schema of its type and version is refused too, unless
            --unchecked is given.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The type of the event.")
    var type: String

    @Option(help: "The stream for it.")
    var stream: String

    @Option(help: ArgumentHelp("Its data, as JSON; - reads it from standard input.", valueName: "json"))
    var data: String?

    @Option(help: "A tag; may be repeated.")
    var tag: [String] = []

    @Option(help: "Its id; default: a new one.")
    var id: String?

    @Option(help: "The event's source (a URI reference).")
    var source = Event.defaultSource

    @Option(help: "The time of the event; default: now.")
    var time: String?

    @Option(help: ArgumentHelp("The expected state of the stream: any, none, exists, or a version.", valueName: "version"))
    var expect = "any"

    @Option(name: .customLong("schema-version"), help: ArgumentHelp("The version of its fields.", valueName: "number"))
    var schemaVersion = 1

    @OptionGroup var checking: CheckOptions

    func run() async throws {
        var event = try event()
        let (name, expected) = (try StreamName(stream), try expectation())
        guard !name.isSystem else {
            throw Failure(.usage, "--stream: '\(stream)' is reserved for the system, as are all names with '\(StreamName.systemPrefix)'")
        }
        if let mark = tag.first(where: { $0.begins(with: Subscription.oncePrefix) }) {
            throw Failure(.usage, "--tag: '\(mark)' is the system's own mark, as are all tags that begin with '\(Subscription.oncePrefix)'")
        }
        let place = try await common.withStoreToFill { store in
            // A repeated command means the time of the first one.
            if id != nil, time == nil, let known = try await store.event(event.id) { event.time = known.event.time }
            try await checking.check(in: store)?.check(event)
            return try await store.append([event], to: name, expecting: expected).places.first
        }
        guard let place else { return }
        var sheet = Sheet()
        sheet.add("id", "id", .string(event.id.description))
        sheet.add("stream", "stream", .string(stream))
        sheet.add("version", "version", place.version.value)
        sheet.add("position", "position", place.position.value)
        sheet.add("isNew", "new", .bool(place.isNew), place.isNew ? "yes" : "no, it was recorded before")
        try sheet.write(as: common.format, to: common.console)
    }

    private func event() throws -> Event {
        var event = Event(type: try EventType(type), source: source)
        try CommonOptions.check(schemaVersion: schemaVersion)
        event.schemaVersion = schemaVersion
        if let id { event.id = try EventID(id) }
        if let time { event.time = try FilterOptions.time(time, "--time") }
        event.tags = try tag.map { label throws(FlxError) in try Tag(label) }
        if let data { event.payload = try Self.payload(data) }
        return event
    }

    /// The bytes of an option with JSON, or with a dash for standard input.
    static func payload(_ text: String) throws -> Payload {
        var bytes = Array(text.utf8)
        if text == "-" {
            bytes = []
            let source = try GzipSource("-")
            while case let piece = try source.next(), !piece.isEmpty {
                bytes += piece
                guard bytes.count <= JSONLimits.standard.maximumBytes else {
                    throw Failure(.usage, "--data: more than \(JSONLimits.standard.maximumBytes) bytes")
                }
            }
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        }
        do {
            return try Payload.json(bytes)
        } catch {
            throw Failure(.usage, "--data: \(error.description)")
        }
    }

    private func expectation() throws -> ExpectedVersion {
        switch expect {
        case "any": return .any
        case "none": return .noStream
        case "exists": return .exists
        default:
            guard let number = Int64(expect), number >= 0 else {
                throw Failure(.usage, "--expect: '\(expect)' is none of any, none, exists, or a version")
            }
            return .exactly(try Version(number))
        }
    }
}
