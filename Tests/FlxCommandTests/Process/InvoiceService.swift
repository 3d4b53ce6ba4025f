import ChildProcesses
import FlxCore
import FlxEvents
import FlxSQLite
import Logging

/// A service with one subscription, `invoices`, over the store of a program.
struct InvoiceService {
    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    let flx: FlxProgram

    /// Runs the service until it has seen everything: it parks orders without a number as their total.
    @discardableResult
    func serve() async throws -> [Int64] {
        let (handled, continuation) = AsyncStream.makeStream(of: Int64.self)
        try await withSQLiteEventStore(.init(path: flx.store)) { store in
            var policy = SubscriptionPolicy()
            policy.retry = .none
            let subscription = Subscription("invoices", version: 4, to: .prefix("order-"), policy: policy) { recorded in
                guard try recorded.event.value["total"]?.int != nil else {
                    throw Refusal(description: "the total of '\(recorded.id)' is no number")
                }
                continuation.yield(recorded.position.value)
            }
            let runner = try SubscriptionRunner(subscription, on: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runner.run() }
                try await eventually {
                    let status = try await runner.status()
                    let retries = try await runner.control.retryCount()
                    let isObeyed = status.moveTo == nil && retries == 0
                    return isObeyed && (status.pausedBy != nil || status.lag == 0 && status.checkpoint == status.lastPosition)
                }
                group.cancelAll()
            }
        }
        continuation.finish()
        return await handled.reduce(into: []) { $0.append($1) }
    }

    /// Appends orders, of which the first and the third have a text as their total.
    func fill() async throws {
        for total in [#""12""#, "80", #""7""#, "15"] {
            try await flx("append", "order.placed", "--stream", "order-1", "--data", #"{"total":\#(total)}"#)
        }
    }
}
