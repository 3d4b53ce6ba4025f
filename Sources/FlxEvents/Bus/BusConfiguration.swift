public import FlxCore
public import CoreMetrics
public import Logging

/// The configuration of all buses: the completion of envelopes, middleware, time and ids, and the targets of reports.
public struct BusConfiguration: Sendable {
    /// The source for events made from values and dictionaries: a URI reference, not empty.
    public var source: String
    /// The middleware around publishing and handling, the outermost first.
    public var middleware: [Middleware]
    /// The source of the time of events.
    public var clock: EventClock
    /// The source of the ids of events.
    public var ids: EventIDGenerator
    /// The clock for deadlines and pauses.
    public var sleep: any Clock<Duration>
    /// The log for failures.
    public var logger: Logger
    /// The counters of failures.
    public var metrics: any MetricsFactory

    /// Creates a configuration. By default it has the system's clock, randomness and metrics, no middleware, and a logger named `flx`.
    public init(
        source: String = Event.defaultSource, middleware: [Middleware] = [], clock: EventClock = .system, ids: EventIDGenerator = .system,
        sleep: any Clock<Duration> = ContinuousClock(), logger: Logger = Logger(label: "flx"),
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.source = source
        self.middleware = middleware
        self.clock = clock
        self.ids = ids
        self.sleep = sleep
        self.logger = logger
        self.metrics = metrics
    }
}
