import ArgumentParser
import FlxEvents

struct Parked: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The events put aside by subscriptions: their content, the reasons, and their treatment.",
        discussion: """
            Examples:
              flx parked ls --groups
              flx parked retry invoices --group 3f2a91c0 --rate 10 --yes
              flx parked edit invoices 1207 --data '{"total":120}' --yes

            Acts are recorded in the store under the name of the operator. A retry is done
            by the service when it runs next, since the handlers are there. While it runs,
            it alone can write to the file: act through the service then, or stop it.
            """,
        subcommands: [List.self, Show.self, Retry.self, Stop.self, Edit.self, Discard.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "Lists parked events, or the kinds of failure.",
            discussion: "Example: flx parked ls invoices --groups")

        /// The number of events in memory; each of them may be large.
        private static let pageSize = 50

        @OptionGroup var common: CommonOptions

        @Argument(help: "The subscription (default: all).")
        var subscription: String?

        @OptionGroup var selection: ParkedOptions

        @Flag(help: "One line for each kind of failure.")
        var groups = false

        @Option(help: "Maximum number for each subscription.")
        var limit = 1_000

        func run() async throws {
            try CommonOptions.check(limit: limit)
            let filter = try selection.filter()
            try await common.withStore { store in
                if let subscription { try await SubscriptionReport.require(subscription, in: store) }
                let names = try await SubscriptionReport.names(in: store, prefix: StreamName.systemPrefix + "parked-")
                var hasMore = false
                var listing = groups ? ParkedListing.groups(common) : ParkedListing.events(common)
                for name in names where subscription.map({ $0.isExactly(name) }) ?? true {
                    let parking = try ParkingPlace(of: name, in: store)
                    if groups {
                        for group in try await parking.groups(filter) { try ParkedListing.add(group, to: &listing) }
                    } else {
                        hasMore = try await list(parking, filter, in: &listing) || hasMore
                    }
                }
                try listing.finish()
                if hasMore { common.sayThereAreMore(than: listing.count) }
                guard let group = selection.group, listing.count == 0 else { return }
                throw Failure(.found, "no event of the group '\(group)' is parked; flx parked ls --groups lists them")
            }
        }

        /// Lists the events of a subscription; returns true if there are more than the limit.
        private func list(_ parking: ParkingPlace, _ filter: ParkedFilter, in listing: inout Listing) async throws -> Bool {
            var (left, last) = (limit, Position.start)
            while true {
                let size = min(left, Self.pageSize - 1) + 1
                let events = try await parking.events(filter, after: last, limit: size)
                for event in events.prefix(left) { try ParkedListing.add(event, to: &listing) }
                guard events.count == size, events.count <= left, let end = events.last?.position else { return events.count > left }
                (left, last) = (left - events.count, end)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one parked event with its error.", discussion: "Example: flx parked show invoices 1207")

        @OptionGroup var common: CommonOptions

        @Argument(help: "The subscription.")
        var subscription: String

        @Argument(help: "The position of the event.")
        var position: Int64

        func run() async throws {
            try await common.withStore { store in
                let parking = try ParkingPlace(of: subscription, in: store)
                guard let event = try await parking.event(at: try Position(position)) else {
                    throw Failure(.found, "'\(subscription)' has no event parked at position \(position); flx parked ls lists them")
                }
                try ParkedListing.sheet(event).write(as: common.format, to: common.console)
            }
        }
    }
}
