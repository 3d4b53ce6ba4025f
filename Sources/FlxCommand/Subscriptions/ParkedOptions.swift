import ArgumentParser
import FlxEvents

/// Which of the parked events a command means.
struct ParkedOptions: ParsableArguments {
    @Option(help: "Those that failed in one way, by the name that flx parked ls --groups gives it.")
    var group: String?

    @Option(help: "Those of one key, which is the stream unless the subscription has another.")
    var key: String?

    @Option(name: .customLong("error"), help: ArgumentHelp("Those whose error has this in it.", valueName: "text"))
    var error: String?

    @Option(help: ArgumentHelp("Those that this version of the code parked.", valueName: "version"))
    var codeVersion: Int?

    /// Whether anything is asked.
    var isEmpty: Bool { group == nil && key == nil && error == nil && codeVersion == nil }

    func filter(positions: [Int64] = []) throws -> ParkedFilter {
        var filter = ParkedFilter()
        if !positions.isEmpty { filter.positions = Set(positions) }
        (filter.group, filter.key, filter.error, filter.handlerVersion) = (group, key, error, codeVersion)
        return filter
    }
}

/// What retry and discard have in common.
struct ParkedActOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var acting: OperatorOptions
    @OptionGroup var consent: Consent

    @Argument(help: "The subscription.")
    var subscription: String

    @Argument(help: "The positions of the events.")
    var positions: [Int64] = []

    @OptionGroup var selection: ParkedOptions

    @Flag(help: "All that it has parked.")
    var all = false

    /// Counts what is meant, asks, and acts.
    /// - Returns: What there is to show, and what came of the act; nil when it was not done.
    func run<Outcome>(
        _ word: String, _ act: (OperatedStore, ParkedFilter) async throws -> Outcome
    ) async throws -> (sheet: Sheet, outcome: Outcome?) {
        guard all != !(positions.isEmpty && selection.isEmpty) else {
            throw Failure(.usage, "name the events by their positions, by --group, --key, --error or --code-version, or say --all")
        }
        let filter = try selection.filter(positions: positions)
        return try await common.withStore(writing: !consent.dryRun) { store in
            let count = try await ParkingPlace(of: subscription, in: store).count(filter)
            guard count > 0 else { throw Failure(.found, "'\(subscription)' has none of them parked; flx parked ls lists what is") }
            let events = count == 1 ? "1 event" : "\(Quantity.grouped(Int64(count))) events"
            let isGiven = try consent.isGiven(for: "\(word) \(events) that '\(subscription)' parked", on: common.console)
            let outcome = isGiven ? try await act(store, filter) : nil
            var sheet = Sheet()
            sheet.add("subscription", "subscription", .string(subscription))
            sheet.add("events", "events", Int64(count))
            sheet.add("done", "done", .bool(isGiven), isGiven ? "yes, on record for \(acting.operatorName)" : "no")
            return (sheet, outcome)
        }
    }
}
