import ArgumentParser
import FlxEvents

extension Parked {
    struct Retry: AsyncParsableCommand, ParkedAct {
        static let configuration = CommandConfiguration(
            abstract: "Requests a retry of parked events by the service when it runs next, and follows the retry.",
            discussion: """
                Examples:
                  flx parked retry invoices --group 3f2a91c0 --rate 10 --yes
                  flx parked retry invoices --all --yes --wait -o json

                Where later events wait behind a parked one, all of its key are handled in
                their order. On a terminal, and with --wait, the retry is followed until it
                ends; exit code 2 says that some events failed again. When no process has the
                store for some seconds, it is left to the service: exit code 1, as for a retry
                that was stopped. flx parked stop ends it.
                """)

        @OptionGroup var options: ParkedActOptions

        @Option(help: ArgumentHelp("Maximum number a second.", valueName: "number"))
        var rate: Double?

        @Flag(inversion: .prefixedNo, help: "Follow the retry until it ends; the default on a terminal.")
        var wait: Bool?

        var verb: String { "handle again" }

        func check(_ control: SubscriptionControl) async throws { try await control.refuseRetryOfView() }

        func perform(_ plan: [Position], in store: OperatedStore, _ sheet: inout Sheet) async throws {
            let control = try SubscriptionControl(of: options.subscription, in: store)
            let request = try await control.requestRetry(
                try options.filter(), perSecond: rate, by: options.acting.operatorName)
            sheet.add("request", nil, .int(request.value))
        }

        func run() async throws {
            do { try RetryRate.check(rate) } catch { throw Failure(.usage, "--rate: \(error.message)") }
            guard rate ?? 1 <= 1e6 else { throw Failure(.usage, "--rate: must be at most 1000000") }
            guard var sheet = try await carriedOut(), let number = sheet.json["request"]?.int else { return }
            guard wait ?? common.console.isErrorTerminal else {
                common.console.say("asked for: the service of '\(options.subscription)' does it when it runs next")
                return try sheet.write(as: common.format, to: common.console)
            }
            // The store is closed again: the service needs the file for itself.
            let end: RetryProgress?
            do {
                end = try await RetryFollowing(common: common, subscription: options.subscription).follow(try Position(Int64(number)))
            } catch {
                // It is asked for, however far it was looked at.
                sheet.add("ended", "ended", .null, "not known")
                try sheet.write(as: common.format, to: common.console)
                throw error
            }
            sheet.add("ended", "ended", .bool(end != nil), end == nil ? "no" : end?.isStopped == true ? "stopped" : "yes")
            if let end {
                sheet.add("handled", "handled", Int64(end.handled))
                sheet.add("failed", "failed again", Int64(end.failed))
                sheet.add("skipped", "left behind those", Int64(end.skipped))
                sheet.add("stopped", "stopped", .bool(end.isStopped), end.isStopped ? "yes" : "no")
            }
            try sheet.write(as: common.format, to: common.console)
            try judge(end)
        }

        private func judge(_ end: RetryProgress?) throws(Failure) {
            guard let end else {
                throw Failure(.failure, "not done yet: no process has the store; '\(options.subscription)' does it when its service runs")
            }
            guard !end.isStopped else { throw Failure(.failure, "the retry was stopped: \(end.handled) were handled until then") }
            guard end.failed > 0 else { return }
            throw Failure(.found, "\(end.failed) failed again and stay parked; flx parked ls \(options.subscription) shows them")
        }
    }

    struct Stop: AsyncParsableCommand, Act {
        static let configuration = CommandConfiguration(
            abstract: "Cancels all requested retries that are not done.",
            discussion: """
                Example: flx parked stop invoices

                One that is at work ends between two events; what was handled until then is.
                """)

        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: OperatorOptions

        @Argument(help: "The subscription.")
        var subscription: String

        var agreement: Agreement { .given }

        var subject: Sheet { Sheet(subscription: subscription) }

        func plan(in store: OperatedStore) async throws -> Int {
            try await SubscriptionReport.require(subscription, in: store)
            let count = try await SubscriptionControl(of: subscription, in: store).retryCount()
            guard count > 0 else { throw Failure(.found, "'\(subscription)' has no retry to stop") }
            return count
        }

        func words(for plan: Int) -> String? { nil }

        func describe(_ plan: Int, in sheet: inout Sheet) {
            sheet.add("retries", "retries stopped", Int64(plan))
        }

        func perform(_ plan: Int, in store: OperatedStore, _ sheet: inout Sheet) async throws {
            try await SubscriptionControl(of: subscription, in: store).stopRetries(by: acting.operatorName)
        }

        func run() async throws { try await carryOut() }
    }
}

/// Follows a retry in another process.
struct RetryFollowing {
    /// The maximum time without a writing process.
    private static let patience = Duration.seconds(3)

    let common: CommonOptions
    let subscription: String

    /// - Returns: Its progress; nil if no process was there to do it.
    func follow(_ request: Position) async throws -> RetryProgress? {
        let (path, name) = (common.path, subscription)
        let meter = ProgressMeter("retry", on: common.console)
        defer { meter.end() }
        let end = try await common.withStore { store in
            let control = try SubscriptionControl(of: name, in: store)
            return try await withThrowingTaskGroup(of: RetryProgress?.self) { group in
                group.addTask {
                    try await control.follow(retry: request) { progress in
                        let part = progress.total > 0 ? Double(progress.done) / Double(progress.total) : nil
                        meter.update(Int64(progress.done), part: part)
                    }
                }
                group.addTask {
                    repeat { try await ContinuousClock().sleep(for: Self.patience) } while FolderFacts(around: path).writer != nil
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        }
        meter.end()
        return end
    }
}
