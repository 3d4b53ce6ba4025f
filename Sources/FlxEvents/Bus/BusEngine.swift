import FlxCore
import Logging
import Synchronization

/// The way of an event in all buses: completed, through the middleware, committed, dispatched.
final class BusEngine: Sendable {
    /// Makes publications permanent, and returns the ones to dispatch.
    typealias Commit = @Sendable ([Publication]) async throws(FlxError) -> [Publication]

    let configuration: BusConfiguration
    let dispatcher: Dispatcher
    private let commit: Commit?
    /// True if there is no middleware between a publisher and the handlers.
    private let isPlain: Bool

    init(_ configuration: BusConfiguration, commit: Commit? = nil) {
        self.configuration = configuration
        self.commit = commit
        dispatcher = Dispatcher(
            clock: configuration.sleep, failures: FailureReport(logger: configuration.logger, metrics: configuration.metrics))
        isPlain = commit == nil && configuration.middleware.allSatisfy { $0.publish == nil }
    }

    nonisolated(nonsending) func publish(_ publication: Publication) async throws(FlxError) -> PublishReceipt {
        guard isPlain else { return try await publish([publication], commit: commit) }
        let targets = try dispatcher.begin(publication.event.type)
        defer { dispatcher.end() }
        guard let scope = Scope.current else { return PublishReceipt(await dispatcher.dispatch(publication, to: targets)) }
        var completed = publication
        scope.context.complete(&completed.event)
        return PublishReceipt(await dispatcher.dispatch(completed, to: targets))
    }

    func publish(_ publications: [Publication]) async throws(FlxError) -> PublishReceipt {
        try await publish(publications, commit: commit)
    }

    /// Publishes with a commit of its own, such as one with an expected version.
    func publish(_ publications: [Publication], commit: Commit?) async throws(FlxError) -> PublishReceipt {
        guard let first = publications.first else { return PublishReceipt([]) }
        _ = try dispatcher.begin(first.event.type)
        defer { dispatcher.end() }
        var completed = publications
        if let context = EventContext.current {
            for index in completed.indices { context.complete(&completed[index].event) }
        }
        let core: Middleware.PublishNext = { [self] publications throws(FlxError) in
            guard let commit else { return await dispatch(publications) }
            let committed = try await commit(publications)
            return await shielded { [self] in await dispatch(committed) }
        }
        guard configuration.middleware.contains(where: { $0.publish != nil }) else { return try await core(completed) }
        return try await publish(completed, core)
    }

    /// Publishes through the middleware.
    private func publish(_ publications: [Publication], _ core: @escaping Middleware.PublishNext) async throws(FlxError) -> PublishReceipt {
        let published = Mutex<PublishReceipt?>(nil)
        do throws(FlxError) {
            return try await configuration.middleware.around { publications throws(FlxError) in
                published.withLock { $0 = nil }
                let receipt = try await core(publications)
                if !receipt.events.isEmpty { published.withLock { $0 = receipt } }
                return receipt
            }(publications)
        } catch {
            // An error means for the publisher that nothing was published. After the commit the result is the receipt.
            guard let receipt = published.withLock(\.self) else { throw error }
            configuration.logger.error("middleware failed after the publish", metadata: ["error": "\(error)"])
            return receipt
        }
    }

    func subscribe(_ handler: EventHandler) -> BusSubscription {
        let registration = dispatcher.add(configuration.middleware.around(handler))
        return BusSubscription(name: handler.name) { [dispatcher] in dispatcher.remove(registration) }
    }

    private func dispatch(_ publications: [Publication]) async -> PublishReceipt {
        var dispatched: [Dispatched] = []
        dispatched.reserveCapacity(publications.count)
        for publication in publications {
            // An event recorded before was handled before, or is left to durable subscriptions.
            let isNew = publication.place?.isNew ?? true
            let targets = isNew ? dispatcher.targets(of: publication.event.type) : .none
            dispatched.append(await dispatcher.dispatch(publication, to: targets))
        }
        return PublishReceipt(dispatched)
    }
}
