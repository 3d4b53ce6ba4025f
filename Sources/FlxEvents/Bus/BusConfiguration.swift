public import FlxCore
public import CoreMetrics
public import Logging

/// What all buses have in common: how they complete an envelope, what stands around publishing and handling, and where they report.
public struct BusConfiguration: Sendable {
    /// The source of the events that are made from values and dictionaries: a URI reference, not empty.
    public var source: String
    /// What stands around publishing and handling, the outermost first.
    public var middleware: [Middleware]
    /// Where the time of events comes from.
    public var clock: EventClock
    /// Where the ids of events come from.
    public var ids: EventIDGenerator
    /// What deadlines and pauses are measured by.
    public var sleep: any Clock<Duration>
    /// Where failures are told.
    public var logger: Logger
    /// Where failures are counted.
    public var metrics: any MetricsFactory

    /// Sets what is given; the rest is the system's clock, randomness and metrics, no middleware, and a logger named `flx`.
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
