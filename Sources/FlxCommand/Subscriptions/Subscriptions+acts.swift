import ArgumentParser
import FlxEvents

extension Subscriptions {
    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Holds a subscription until it is resumed, also across restarts.",
            discussion: "Example: flx subscriptions pause invoices --reason 'the mail server moves'")

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions

        @Argument(help: "The name of the subscription.")
        var name: String

        @Option(help: "Why, for the record.")
        var reason: String?

        func run() async throws {
            try await Subscriptions.record(name, common) { control in try await control.pause(by: acting.operatorName, reason: reason) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a paused subscription go on.", discussion: "Example: flx subscriptions resume invoices")

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions

        @Argument(help: "The name of the subscription.")
        var name: String

        func run() async throws {
            try await Subscriptions.record(name, common) { control in try await control.resume(by: acting.operatorName) }
        }
    }

    struct Rewind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hands events out again, from the first after a position.",
            discussion: """
                Example: flx subscriptions rewind invoices --to 1200 --reason 'prices were wrong' --yes

                The handler sees the events once more: whatever it does outside of the store is done again.
                """)

        @OptionGroup var move: MoveOptions

        func run() async throws {
            try await move.run { target, standing throws(Failure) in
                guard target <= standing else {
                    throw Failure(.usage, "--to: \(target) is not before \(standing), where it stands; flx subscriptions skip goes forward")
                }
                return "hands out again what stands after position \(target), up to \(standing)"
            }
        }
    }

    struct Skip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Passes over events, up to a position or to the end.",
            discussion: """
                Example: flx subscriptions skip invoices --to end --reason 'only news count' --yes

                The handler never sees the events in between, unless the subscription is rewound.
                """)

        @OptionGroup var move: MoveOptions

        func run() async throws {
            try await move.run { target, standing throws(Failure) in
                guard target >= standing else {
                    throw Failure(.usage, "--to: \(target) is before \(standing), where it stands; flx subscriptions rewind goes back")
                }
                return "passes over what stands after position \(standing), up to \(target)"
            }
        }
    }

    /// Records an act on a subscription that is there, and shows how it stands then.
    fileprivate static func record(
        _ name: String, _ common: CommonOptions, _ act: (SubscriptionControl) async throws -> Void
    ) async throws {
        try await common.withStore(writing: true) { store in
            try await SubscriptionReport.require(name, in: store)
            try await act(try SubscriptionControl(of: name, in: store))
            try await SubscriptionReport(of: name, in: store, at: common.path).sheet.write(as: common.format, to: common.console)
        }
    }
}

/// What rewind and skip have in common.
struct MoveOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var acting: OperatorOptions
    @OptionGroup var consent: Consent

    @Argument(help: "The name of the subscription.")
    var name: String

    @Option(help: ArgumentHelp("The position after which it goes on: a number, start or end.", valueName: "position"))
    var to: String

    @Option(help: "Why, for the record.")
    var reason: String?

    /// - Parameter words: Checks the way, and says what it does.
    func run(_ words: (_ target: Position, _ standing: Position) throws(Failure) -> String) async throws {
        try await common.withStore(writing: !consent.dryRun) { store in
            try await SubscriptionReport.require(name, in: store)
            let control = try SubscriptionControl(of: name, in: store)
            let status = try await control.status()
            let target = try target(end: status.lastPosition)
            let act = "'\(name)' \(try words(target, status.moveTo ?? status.checkpoint))"
            guard try consent.isGiven(for: act, on: common.console) else { return }
            try await control.move(to: target, by: acting.operatorName, reason: reason)
            try await SubscriptionReport(of: name, in: store, at: common.path).sheet.write(as: common.format, to: common.console)
        }
    }

    private func target(end: Position) throws -> Position {
        switch to {
        case "start": return .start
        case "end": return end
        default:
            guard let number = Int64(to), number >= 0, number <= end.value else {
                throw Failure(.usage, "--to: '\(to)' is none of start, end, or a position up to \(end)")
            }
            return try Position(number)
        }
    }
}
