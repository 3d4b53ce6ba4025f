import ArgumentParser
import FlxEvents

extension Parked {
    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets go of parked events for good; the log keeps them.",
            discussion: "Example: flx parked discard invoices 1207 --reason 'a test order' --yes")

        @OptionGroup var options: ParkedActOptions

        @Option(help: "Why, for the record.")
        var reason: String

        func run() async throws {
            let result = try await options.run("discard") { store, filter in
                try await ParkingPlace(of: options.subscription, in: store)
                    .discard(filter, reason: reason, by: options.acting.operatorName)
            }
            try result.sheet.write(as: options.common.format, to: options.common.console)
        }
    }

    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Records a corrected event in the place of a parked one, and asks for a retry.",
            discussion: """
                Example: flx parked edit invoices 1207 --data '{"total":120}' --reason 'the total was a text' --yes

                The old event stays in the log; the new one names it as its cause, and is handled in its turn.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions
        @OptionGroup var consent: Consent

        @Argument(help: "The subscription.")
        var subscription: String

        @Argument(help: "The position of the event.")
        var position: Int64

        @Option(help: ArgumentHelp("What the event says instead, as JSON; - reads it from standard input.", valueName: "json"))
        var data: String

        @Option(help: "Why, for the record.")
        var reason: String?

        @Flag(help: "Only correct; a retry is asked for later.")
        var noRetry = false

        func run() async throws {
            let payload = try Append.payload(data)
            let position = try Position(position)
            try await common.withStore(writing: !consent.dryRun) { store in
                let parking = try ParkingPlace(of: subscription, in: store)
                guard let parked = try await parking.event(at: position) else {
                    throw Failure(.found, "'\(subscription)' has no event parked at position \(position); flx parked ls lists them")
                }
                let type = parked.event.event.type
                let place = parked.event.event.stream?.description ?? ""
                var act = "record a corrected '\(type)' in '\(place)' for the one at \(position)"
                if parked.isCorrected { act += "; it was corrected before, at \(parked.event.position), which stays in the log" }
                guard try consent.isGiven(for: act, on: common.console) else { return }
                let correction = try await parking.edit(at: position, payload: payload, reason: reason, by: acting.operatorName)
                if !noRetry {
                    let control = try SubscriptionControl(of: subscription, in: store)
                    try await control.requestRetry(.position(position), by: acting.operatorName)
                }
                var sheet = Sheet()
                sheet.add("subscription", "subscription", .string(subscription))
                sheet.add("position", "position", position.value)
                sheet.add("correction", "correction", .string(correction.id.description))
                sheet.add("retry", "retry", .bool(!noRetry), noRetry ? "not asked for" : "when the service runs next")
                try sheet.write(as: common.format, to: common.console)
            }
        }
    }
}
