import FlxCore
import Synchronization

@testable import FlxEvents

/// A right bus behind a front with one fault.
struct FaultyBus: EventBus {
    let fault: BusFault
    let base: DomainEventBus
    let spare: DomainEventBus
    private let turn = Turn()

    var configuration: BusConfiguration { base.configuration }

    init(_ fault: BusFault) {
        self.fault = fault
        base = DomainEventBus(BusConformanceTests.quiet)
        spare = DomainEventBus(BusConformanceTests.quiet)
    }

    func publish(_ publication: Publication) async throws(FlxError) -> PublishReceipt {
        try await publish([publication])
    }

    func publish(_ publications: [Publication]) async throws(FlxError) -> PublishReceipt {
        switch fault {
        case .reversesBatches: return try await base.publish(publications.reversed())
        case .onePublisherAtATime:
            await turn.take()
            defer { turn.giveBack() }
            return try await base.publish(publications)
        case .dropsCause:
            var context = EventContext.current ?? EventContext()
            context.causationID = nil
            return try await context.run { () async -> Result<PublishReceipt, FlxError> in
                do throws(FlxError) { return .success(try await base.publish(publications)) } catch { return .failure(error) }
            }.get()
        case .throwsFailures:
            let receipt = try await base.publish(publications)
            if let failure = receipt.failures.first { throw FlxError(.handlerFailed, failure.description) }
            return receipt
        case .publishesAfterClose:
            do throws(FlxError) { return try await base.publish(publications) } catch { return try await spare.publish(publications) }
        default: return try await base.publish(publications)
        }
    }

    func subscribe(_ handler: EventHandler) -> BusSubscription {
        let subscription = base.subscribe(twisted(handler))
        if fault == .callsTwice { _ = base.subscribe(handler) }
        return fault == .neverCancels ? BusSubscription(name: handler.name) {} : subscription
    }

    func failures() -> AsyncStream<HandlerFailure> { base.failures() }

    func close(within duration: Duration) async -> [UnfinishedWork] {
        switch fault {
        case .closesWithoutWaiting: await base.close(within: .zero).filter { _ in false }
        case .closesWithoutReport: await base.close(within: duration).filter { _ in false }
        default: await base.close(within: duration)
        }
    }

    private func twisted(_ handler: EventHandler) -> EventHandler {
        var (pattern, version, options, body) = (handler.pattern, handler.schemaVersion, handler.options, handler.body)
        switch fault {
        case .ignoresSchemaVersions: version = nil
        case .ignoresPatterns: pattern = .all
        case .ignoresLimits: options.concurrency = .unlimited
        case .ignoresRetries: options.retry = .none
        case .ignoresDeadlines: options.deadline = nil
        case .doesNotWait: body = .synchronous { publication in Task { try await run(handler.body, publication) } }
        case .hidesFailures: body = .asynchronous { publication in try? await run(handler.body, publication) }
        case .losesOnCancellation:
            body = .asynchronous { publication in
                if !Task.isCancelled { try await run(handler.body, publication) }
            }
        default: break
        }
        return EventHandler(name: handler.name, pattern: pattern, schemaVersion: version, options: options, body: body)
    }
}

private func run(_ body: EventHandler.Body, _ publication: Publication) async throws {
    switch body {
    case .synchronous(let body): try body(publication)
    case .asynchronous(let body): try await body(publication)
    }
}

/// A lock that tasks wait for: just what a bus must not have around its handlers.
private final class Turn: Sendable {
    private let isTaken = Mutex(false)

    func take() async {
        while !isTaken.withLock({ taken in
            defer { taken = true }; return !taken
        }), !Task.isCancelled { await rest() }
    }

    func giveBack() {
        isTaken.withLock { $0 = false }
    }
}
