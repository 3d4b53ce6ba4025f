import ArgumentParser
import FlxEvents

extension Parked {
    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Records a corrected event in the place of a parked one, and asks for a retry.",
            discussion: """
                Example: flx parked edit invoices 1207 --data '{"total":120}' --reason 'a text'

                Shows each field that changes, and asks. A correction that loses fields of the
                parked event is refused unless --force is given, and one that does not fit the
                schema that is registered for it unless --unchecked is given. The old event
                stays in the log; the new one names it as its cause, and is handled in its
                turn.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions
        @OptionGroup var consent: Consent
        @OptionGroup var checking: CheckOptions

        @Argument(help: "The subscription.")
        var subscription: String

        @Argument(help: "The position of the event.")
        var position: Int64

        @Option(help: ArgumentHelp("The corrected data, as JSON; - reads it from standard input.", valueName: "json"))
        var data: String

        @Option(help: "The reason, for the record.")
        var reason: String?

        @Flag(help: "Only correct; request a retry later.")
        var noRetry = false

        @Flag(help: "Lets the correction lose fields of the parked event.")
        var force = false

        func run() async throws { try await EditAct(command: self, payload: try Append.payload(data)).carryOut() }
    }
}

/// The correction of a parked event.
struct EditAct: Act {
    /// The event to be corrected, and the changes.
    struct Plan: Equatable {
        let event: Event
        let place: Position
        let isCorrected: Bool
        /// True for an event of a view, which gets the correction at its own place.
        let isOfView: Bool
        let changes: [FieldChange]
    }

    let command: Parked.Edit
    let payload: Payload

    var common: CommonOptions { command.common }
    var agreement: Agreement { command.consent.agreement }

    var subject: Sheet {
        var sheet = Sheet(subscription: command.subscription)
        sheet.add("position", "position", command.position)
        return sheet
    }

    func plan(in store: OperatedStore) async throws -> Plan {
        let (name, position) = (command.subscription, command.position)
        try await SubscriptionReport.require(name, in: store)
        guard let parked = try await ParkingPlace(of: name, in: store).event(at: try Position(position)) else {
            throw Failure(.found, "'\(name)' has no event parked at position \(position); flx parked ls lists them")
        }
        var corrected = parked.event.event
        corrected.payload = payload
        try await command.checking.check(in: store)?.check(corrected)
        // Unreadable data cannot be lost.
        let old = (try? parked.event.event.data) ?? .null
        let changes = FieldChange.all(from: old, to: try corrected.data)
        let lost = changes.filter(\.isLoss).map(\.name)
        guard command.force || lost.isEmpty else {
            let fields = lost.prefix(5).joined(separator: ", ") + (lost.count > 5 ? " and \(lost.count - 5) more" : "")
            throw Failure(.usage, "nothing was done: the correction would lose \(fields); give the whole data, or say --force")
        }
        let isOfView = try await SubscriptionControl(of: name, in: store).view() != nil
        return Plan(
            event: parked.event.event, place: parked.event.position, isCorrected: parked.isCorrected, isOfView: isOfView, changes: changes)
    }

    func words(for plan: Plan) -> String? {
        let stream = plan.event.stream?.description ?? ""
        var words = "record a corrected '\(plan.event.type)' in '\(stream)' for the one at \(command.position)"
        if plan.isCorrected { words += "; it was corrected before, at \(plan.place), which stays in the log" }
        if plan.changes.isEmpty { words += "; no field changes" }
        return words
    }

    func details(of plan: Plan) -> [String] { plan.changes.map { "  \($0)" } }

    func describe(_ plan: Plan, in sheet: inout Sheet) {
        sheet.add("changes", "fields that change", .array(plan.changes.map(\.json)), String(plan.changes.count))
    }

    func perform(_ plan: Plan, in store: OperatedStore, _ sheet: inout Sheet) async throws {
        let (place, user) = (try Position(command.position), command.acting.operatorName)
        let correction = try await ParkingPlace(of: command.subscription, in: store)
            .edit(at: place, payload: payload, reason: command.reason, by: user)
        let isRetried = !command.noRetry && !plan.isOfView
        if isRetried {
            try await SubscriptionControl(of: command.subscription, in: store).requestRetry(.position(place), by: user)
        }
        sheet.add("correction", "correction", .string(correction.id.description))
        let words = plan.isOfView ? "none: the view gets the correction at its place in the log" : "not asked for"
        sheet.add("retry", "retry", .bool(isRetried), isRetried ? "when the service runs next" : words)
    }
}
