import FlxCore
import Logging
import CoreMetrics
import Synchronization

/// Reports failed handlers: to the log, to a counter, and to the streams of listeners.
final class FailureReport: Sendable {
    private struct State {
        var streams: [UInt64: AsyncStream<HandlerFailure>.Continuation] = [:]
        var nextKey: UInt64 = 0
        var isFinished = false
    }

    /// The number of failures kept in a stream for a reader that is behind. Older ones are dropped there, but not from log and counter.
    private static let bufferedFailures = 256

    private let logger: Logger
    private let metrics: any MetricsFactory
    private let state = Mutex(State())

    init(logger: Logger, metrics: any MetricsFactory) {
        self.logger = logger
        self.metrics = metrics
    }

    func report(_ failure: HandlerFailure) {
        logger.error(
            "handler failed",
            metadata: [
                "handler": "\(failure.handler)", "event.type": "\(failure.event.type)", "event.id": "\(failure.event.id)",
                "attempts": "\(failure.attempts)", "error": "\(failure.error)",
            ])
        Counter(
            label: ObservedNames.failures,
            dimensions: [(ObservedNames.handler, failure.handler), (ObservedNames.type, failure.event.type.description)],
            factory: metrics
        ).increment()
        for stream in state.withLock({ Array($0.streams.values) }) { stream.yield(failure) }
    }

    /// A stream of the failures from now on.
    func stream() -> AsyncStream<HandlerFailure> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: HandlerFailure.self, bufferingPolicy: .bufferingNewest(Self.bufferedFailures))
        let key = state.withLock { state -> UInt64? in
            guard !state.isFinished else { return nil }
            state.nextKey += 1
            state.streams[state.nextKey] = continuation
            return state.nextKey
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.streams[key] = nil } }
        return stream
    }

    /// Ends all streams.
    func finish() {
        let streams = state.withLock { state in
            state.isFinished = true
            return Array(state.streams.values)
        }
        for stream in streams { stream.finish() }
    }
}
