import CoreMetrics
import Metrics

/// The counters and gauges of one subscription, under the names of ``ObservedNames``.
struct SubscriptionMetrics: Sendable {
    let handled: Counter
    let failed: Counter
    let parked: Counter
    let lag: Gauge

    init(of subscription: String, in metrics: any MetricsFactory) {
        let dimensions = [(ObservedNames.handler, subscription)]
        handled = Counter(label: ObservedNames.subscriptionHandled, dimensions: dimensions, factory: metrics)
        failed = Counter(label: ObservedNames.subscriptionFailed, dimensions: dimensions, factory: metrics)
        parked = Counter(label: ObservedNames.subscriptionParked, dimensions: dimensions, factory: metrics)
        lag = Gauge(label: ObservedNames.subscriptionLag, dimensions: dimensions, factory: metrics)
    }
}
