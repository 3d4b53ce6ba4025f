import ArgumentParser
import FlxEvents

/// The parked events for a command.
struct ParkedOptions: ParsableArguments {
    @Option(help: "Those with one kind of failure, by its name in flx parked ls --groups.", transform: Given.text)
    var group: String?

    @Option(help: "Those of one key: the stream, unless the subscription has another key.")
    var key: String?

    @Option(name: .customLong("error"), help: ArgumentHelp("Those with this text in the error.", valueName: "text"), transform: Given.text)
    var error: String?

    @Option(help: ArgumentHelp("Those parked by this version of the code.", valueName: "version"))
    var codeVersion: Int?

    /// True if anything is asked.
    var isEmpty: Bool { group == nil && key == nil && error == nil && codeVersion == nil }

    func filter(positions: [Int64] = []) throws -> ParkedFilter {
        var filter = ParkedFilter()
        if !positions.isEmpty { filter.positions = Set(positions) }
        (filter.group, filter.key, filter.error, filter.handlerVersion) = (group, key, error, codeVersion)
        return filter
    }
}

/// The options of retry and discard.
struct ParkedActOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var acting: OperatorOptions
    @OptionGroup var consent: Consent

    @Argument(help: "The subscription.")
    var subscription: String

    @Argument(help: "The positions of the events.")
    var positions: [Int64] = []

    @OptionGroup var selection: ParkedOptions

    @Flag(help: "All parked events of it.")
    var all = false

    func filter() throws -> ParkedFilter {
        guard all != !(positions.isEmpty && selection.isEmpty) else {
            throw Failure(.usage, "name the events by their positions, by --group, --key, --error or --code-version, or say --all")
        }
        return try selection.filter(positions: positions)
    }
}

/// An act on parked events, with their positions as its plan.
protocol ParkedAct: Act where Plan == [Position] {
    var options: ParkedActOptions { get }
    var verb: String { get }
    /// Refuses the act for a subscription that cannot obey it.
    func check(_ control: SubscriptionControl) async throws
}

extension ParkedAct {
    var common: CommonOptions { options.common }
    var agreement: Agreement { options.consent.agreement }

    var subject: Sheet { Sheet(subscription: options.subscription) }

    func check(_ control: SubscriptionControl) async throws {}

    func plan(in store: OperatedStore) async throws -> [Position] {
        let filter = try options.filter()
        try await SubscriptionReport.require(options.subscription, in: store)
        try await check(SubscriptionControl(of: options.subscription, in: store))
        let parking = try ParkingPlace(of: options.subscription, in: store)
        let found = try await parking.positions(filter)
        // A position named by the user must exist.
        if let missing = options.positions.sorted().first(where: { number in !found.contains { $0.value == number } }) {
            let advice = "flx parked ls \(options.subscription) lists what is"
            throw Failure(.found, "'\(options.subscription)' has no such event parked at position \(missing); \(advice)")
        }
        guard !found.isEmpty else {
            throw Failure(.found, "'\(options.subscription)' has none of them parked; flx parked ls lists what is")
        }
        return found
    }

    func words(for plan: [Position]) -> String? {
        "\(verb) \(Quantity.count(plan.count, "event")) that '\(options.subscription)' parked"
    }

    func describe(_ plan: [Position], in sheet: inout Sheet) {
        sheet.add("events", "events", Int64(plan.count))
    }
}
