import FlxEvents

/// The state of a subscription, in the words of the program.
struct SubscriptionReport {
    private let name: String
    private let status: SubscriptionStatus
    /// The process with the store open for writing.
    private let writer: Int32?

    init(of name: String, in store: OperatedStore, at path: String) async throws {
        self.name = name
        status = try await SubscriptionControl(of: name, in: store).status()
        writer = FolderFacts(around: path).writer
    }

    /// The names of the subscriptions of a store, in their order.
    static func names(in store: OperatedStore) async throws -> [String] {
        try await names(in: store, prefix: SubscriptionControl.streamPrefix)
    }

    static func names(in store: OperatedStore, prefix: String) async throws -> [String] {
        var (names, last) = ([String](), StreamName?.none)
        while true {
            let page = try await store.streams(prefix: prefix, after: last, limit: 1_000)
            names += page.compactMap { $0.name.description.without(prefix: prefix).map(String.init) }
            guard page.count == 1_000 else { return names }
            last = page.last?.name
        }
    }

    /// Ends the command if there is no such subscription, nor a handler of that name with parked events.
    static func require(_ name: String, in store: OperatedStore) async throws {
        for stream in [try SubscriptionControl(of: name, in: store).stream, try ParkingPlace(of: name, in: store).stream] {
            guard try await store.read(.stream(stream), .forward, limit: 1).events.isEmpty else { return }
        }
        throw Failure(.found, "there is no subscription '\(name)'; flx subscriptions ls lists them")
    }

    private var reason: String? {
        if let reason = status.reason, status.pausedBy != nil { return reason }
        if status.lag > 0, writer == nil { return "no process runs it" }
        return status.reason
    }

    private var behind: Double? {
        status.lagTime.map { Double($0.components.seconds) + Double($0.components.attoseconds) / 1e18 }
    }

    private var waiting: String { (status.isLagExact ? "" : "≤ ") + Quantity.grouped(status.lag) }

    var cells: [String] {
        [
            name, status.checkpoint.description, waiting, behind.map(Quantity.time) ?? "-", String(status.parked), reason ?? "-",
        ]
    }

    var sheet: Sheet {
        var sheet = Sheet()
        sheet.add("subscription", "subscription", .string(name))
        sheet.add("version", "version of the code", status.version.map { .int(Int64($0)) } ?? .null)
        sheet.add("position", "position", status.checkpoint.value)
        sheet.add("lastPosition", "end of the log", status.lastPosition.value)
        sheet.add("lag", "events that wait", .int(status.lag), waiting)
        sheet.add("lagIsExact", "counted", .bool(status.isLagExact), status.isLagExact ? "yes" : "no, a maximum")
        sheet.add("lagSeconds", "behind", behind.flatMap { JSONNumber($0) }.map { .number($0) } ?? .null, behind.map(Quantity.time))
        sheet.add("parked", "parked", Int64(status.parked))
        sheet.add("lastError", "last parked with", status.lastError.map { .string($0) } ?? .null)
        sheet.add("pausedBy", "paused by", status.pausedBy.map { .string($0) } ?? .null)
        sheet.add("pausedSince", "paused since", status.pausedSince.map { .string($0.description) } ?? .null)
        sheet.add("pauseReason", "because", status.pauseReason.map { .string($0) } ?? .null)
        sheet.add("moveTo", "will continue after", status.moveTo.map { .int($0.value) } ?? .null)
        sheet.add("writer", "process with the store", writer.map { .int(Int64($0)) } ?? .null)
        sheet.add("reason", "why it does not move", reason.map { .string($0) } ?? .null)
        return sheet
    }
}

extension Sheet {
    /// The document of an act on a subscription.
    init(subscription name: String) {
        add("subscription", "subscription", .string(name))
    }
}
