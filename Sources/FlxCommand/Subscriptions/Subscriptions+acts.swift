import ArgumentParser
import FlxEvents

extension Subscriptions {
    struct Pause: AsyncParsableCommand, PauseAct {
        static let configuration = CommandConfiguration(
            abstract: "Pauses a subscription until it is resumed, also across restarts.",
            discussion: """
                Example: flx subscriptions pause invoices --reason 'the mail server moves'

                One that is paused stays as it is: changed is false then.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions

        @Argument(help: "The name of the subscription.")
        var name: String

        @Option(help: "The reason, for the record.")
        var reason: String?

        func run() async throws { try await carryOut() }

        func change(_ control: SubscriptionControl, isPaused: Bool) async throws {
            if !isPaused { try await control.pause(by: acting.operatorName, reason: reason) }
        }
    }

    struct Resume: AsyncParsableCommand, PauseAct {
        static let configuration = CommandConfiguration(
            abstract: "Resumes a paused subscription.",
            discussion: """
                Example: flx subscriptions resume invoices

                One that is not paused stays as it is: changed is false then.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions

        @Argument(help: "The name of the subscription.")
        var name: String

        func run() async throws { try await carryOut() }

        func change(_ control: SubscriptionControl, isPaused: Bool) async throws {
            if isPaused { try await control.resume(by: acting.operatorName) }
        }
    }

    struct Rewind: AsyncParsableCommand, MoveAct {
        static let configuration = CommandConfiguration(
            abstract: "Repeats events, from the first after a position.",
            discussion: """
                Example: flx subscriptions rewind invoices --to 1200 --reason 'wrong' --yes

                The handler sees the events once more: whatever it does outside of the store is
                done again.
                """)

        @OptionGroup var move: MoveOptions

        func run() async throws { try await carryOut() }

        func check(_ plan: Move) throws(Failure) {
            guard plan.target > plan.standing else { return }
            throw Failure(
                .usage, "--to: \(plan.target) is not before \(plan.standing), its position; flx subscriptions skip goes forward")
        }

        func words(for plan: Move) -> String? {
            "'\(move.name)' repeats the events after position \(plan.target), up to \(plan.standing)"
        }
    }

    struct Skip: AsyncParsableCommand, MoveAct {
        static let configuration = CommandConfiguration(
            abstract: "Skips events, up to a position or to the end.",
            discussion: """
                Example: flx subscriptions skip invoices --to end --reason 'only news' --yes

                The handler never sees the events in between, unless the subscription is
                rewound.
                """)

        @OptionGroup var move: MoveOptions

        func run() async throws { try await carryOut() }

        func check(_ plan: Move) throws(Failure) {
            guard plan.target < plan.standing else { return }
            throw Failure(.usage, "--to: \(plan.target) is before \(plan.standing), its position; flx subscriptions rewind goes back")
        }

        func words(for plan: Move) -> String? {
            "'\(move.name)' skips the events after position \(plan.standing), up to \(plan.target)"
        }
    }
}

/// The acts of pause and resume: they ask nobody, and do nothing if it is done already.
protocol PauseAct: Act where Plan == Bool {
    var name: String { get }
    func change(_ control: SubscriptionControl, isPaused: Bool) async throws
}

extension PauseAct {
    var agreement: Agreement { .given }

    var subject: Sheet { Sheet(subscription: name) }

    /// Returns true if it is paused.
    func plan(in store: OperatedStore) async throws -> Bool {
        try await SubscriptionReport.require(name, in: store)
        return try await SubscriptionControl(of: name, in: store).status().pausedBy != nil
    }

    func words(for plan: Bool) -> String? { nil }

    func perform(_ isPaused: Bool, in store: OperatedStore, _ sheet: inout Sheet) async throws {
        let control = try SubscriptionControl(of: name, in: store)
        try await change(control, isPaused: isPaused)
        let isChanged = (try await control.status().pausedBy != nil) != isPaused
        sheet = try await SubscriptionReport(of: name, in: store, at: common.path).sheet
        sheet.add("changed", "changed", .bool(isChanged), isChanged ? "yes" : "no, it was so before")
    }
}

/// The options of rewind and skip.
struct MoveOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var acting: OperatorOptions
    @OptionGroup var consent: Consent

    @Argument(help: "The name of the subscription.")
    var name: String

    @Option(help: ArgumentHelp("The position to continue after: a number, start or end.", valueName: "position"))
    var to: String

    @Option(help: "The reason, for the record.")
    var reason: String?

    fileprivate func target(end: Position) throws -> Position {
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

/// The old and the new position of a subscription.
struct Move: Equatable {
    let standing: Position
    let target: Position
}

protocol MoveAct: Act where Plan == Move {
    var move: MoveOptions { get }
    /// Checks the way.
    func check(_ plan: Move) throws(Failure)
}

extension MoveAct {
    var common: CommonOptions { move.common }
    var agreement: Agreement { move.consent.agreement }

    var subject: Sheet { Sheet(subscription: move.name) }

    func plan(in store: OperatedStore) async throws -> Move {
        try await SubscriptionReport.require(move.name, in: store)
        let control = try SubscriptionControl(of: move.name, in: store)
        try await control.refuseMoveOfView()
        let status = try await control.status()
        let plan = Move(standing: status.moveTo ?? status.checkpoint, target: try move.target(end: status.lastPosition))
        try check(plan)
        return plan
    }

    func describe(_ plan: Move, in sheet: inout Sheet) {
        sheet.add("position", "position", plan.standing.value)
        sheet.add("moveTo", "will continue after", plan.target.value)
    }

    func perform(_ plan: Move, in store: OperatedStore, _ sheet: inout Sheet) async throws {
        try await SubscriptionControl(of: move.name, in: store)
            .move(to: plan.target, by: move.acting.operatorName, reason: move.reason)
        sheet = try await SubscriptionReport(of: move.name, in: store, at: common.path).sheet
    }
}
