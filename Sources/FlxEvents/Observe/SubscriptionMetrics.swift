import CoreMetrics
import FlxCore
import Logging
import Metrics

/// The counters and gauges of one subscription, under the names of ``ObservedNames``.
struct SubscriptionMetrics: Sendable {
    let subscription: String
    let handled: Counter
    let failed: Counter
    let parked: Counter
    let lag: Gauge

    init(of subscription: String, in metrics: any MetricsFactory) {
        self.subscription = subscription
        let dimensions = [(ObservedNames.handler, subscription)]
        handled = Counter(label: ObservedNames.subscriptionHandled, dimensions: dimensions, factory: metrics)
        failed = Counter(label: ObservedNames.subscriptionFailed, dimensions: dimensions, factory: metrics)
        parked = Counter(label: ObservedNames.subscriptionParked, dimensions: dimensions, factory: metrics)
        lag = Gauge(label: ObservedNames.subscriptionLag, dimensions: dimensions, factory: metrics)
    }

    /// Counts and logs an event that was parked.
    func tell(_ parked: EventParked, _ event: RecordedEvent, to logger: Logger) {
        self.parked.increment()
        logger.error(
            "event parked",
            metadata: [
                "subscription": "\(subscription)", "event.type": "\(event.event.type)", "event.id": "\(event.id)",
                "position": "\(event.position)", "key": "\(parked.key)", "attempts": "\(parked.attempts)", "error": "\(parked.error)",
            ])
    }
}
