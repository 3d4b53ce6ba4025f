import FlxCore

/// Shows events as rows: place and time, type, and the beginning of the data.
struct EventListing {
    private static let columns = [Column("position", .right), Column("time"), Column("stream"), Column("type"), Column("data")]
    /// The maximum length of the data in a table without a terminal's limit.
    private static let dataBytes = 4096

    private var listing: Listing
    private let isTable: Bool

    init(as format: OutputFormat, to console: Console) {
        listing = Listing(Self.columns, as: format, to: console)
        isTable = format == .table
    }

    mutating func add(_ recorded: RecordedEvent) throws {
        let isTable = isTable
        try listing.add(Self.cells(recorded, cut: isTable), json: CloudEventsJSON.encode(recorded))
    }

    mutating func flush() throws { try listing.flush() }
    mutating func finish() throws { try listing.finish() }

    private static func cells(_ recorded: RecordedEvent, cut: Bool) -> [String] {
        let event = recorded.event
        return [
            recorded.position.description, (event.time ?? recorded.recordedTime).description, event.stream?.description ?? "",
            event.type.description, data(event.payload, cut: cut),
        ]
    }

    private static func data(_ payload: Payload, cut: Bool) -> String {
        guard payload.form != .binary else { return "(\(payload.bytes.count) bytes)" }
        return String(decoding: cut ? payload.bytes.prefix(dataBytes) : payload.bytes[...], as: UTF8.self)
    }
}
