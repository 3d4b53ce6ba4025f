import ArgumentParser
import FlxEvents

extension Parked {
    struct Discard: AsyncParsableCommand, ParkedAct {
        static let configuration = CommandConfiguration(
            abstract: "Drops parked events permanently; the log keeps them.",
            discussion: "Example: flx parked discard invoices 1207 --reason 'a test order' --yes")

        @OptionGroup var options: ParkedActOptions

        @Option(help: "The reason, for the record.")
        var reason: String

        var verb: String { "discard" }

        func perform(_ plan: [Position], in store: OperatedStore, _ sheet: inout Sheet) async throws {
            try await ParkingPlace(of: options.subscription, in: store)
                .discard(try options.filter(), reason: reason, by: options.acting.operatorName)
        }

        func run() async throws {
            guard !reason.isEmpty else { throw Failure(.usage, "--reason: must not be empty; it is recorded") }
            try await carryOut()
        }
    }
}
