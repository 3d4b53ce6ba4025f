import FlxEvents
import FlxTesting
import InMemoryTracing
import Logging
import MetricsTestKit
import Testing
import Tracing

@Suite struct ObserveTests {
    @Test func publishingAndHandlingAreCountedAndTimed() async throws {
        let metrics = TestMetrics()
        let bus = DomainEventBus(BusConfiguration(middleware: [.measure(with: metrics)], metrics: metrics))
        bus.subscribe(to: Counted.self, named: "sound") { _ in }
        bus.subscribe(to: Counted.self, named: "broken") { _ in throw HandlerRefusal() }
        for number in 1...3 { try await bus.publish(Counted(number: number)) }

        let type = (ObservedNames.type, "test.counted")
        let sound = (ObservedNames.handler, "sound")
        let broken = (ObservedNames.handler, "broken")
        #expect(try metrics.expectCounter(ObservedNames.published, [type]).totalValue == 3)
        #expect(try metrics.expectCounter(ObservedNames.consumed, [type, sound]).totalValue == 3)
        #expect(try metrics.expectCounter(ObservedNames.failures, [broken, type]).totalValue == 3)
        #expect(try metrics.expectTimer(ObservedNames.publishDuration, [type]).values.count == 3)
        #expect(try metrics.expectTimer(ObservedNames.processDuration, [type, broken]).values.count == 3)
    }

    /// A clock that is set back measures nothing, and no negative time.
    @Test func noDurationIsNegative() async throws {
        let (metrics, clock) = (TestMetrics(), ManualClock())
        let bus = DomainEventBus(BusConfiguration(middleware: [.measure(with: metrics, clock: clock.events)], metrics: metrics))
        bus.subscribe(to: Counted.self, named: "back") { _ in clock.set(clock.time.advanced(by: .seconds(-60))) }
        try await bus.publish(Counted(number: 1))
        let type = (ObservedNames.type, "test.counted")
        #expect(try metrics.expectTimer(ObservedNames.publishDuration, [type]).values == [0])
        #expect(try metrics.expectTimer(ObservedNames.processDuration, [type, (ObservedNames.handler, "back")]).values == [0])
    }

    @Test func aTraceGoesFromThePublisherThroughTheEventToTheHandler() async throws {
        let tracer = HeaderTracer()
        let bus = DomainEventBus(BusConfiguration(middleware: [.trace(with: tracer)]))
        let seen = Seen<Event>()
        bus.subscribe(to: Counted.self, named: "nested") { _ in try await bus.publish(Followed(number: 1)) }
        bus.subscribe(to: .all, named: "all") { seen.add($0) }
        try await bus.publish(Counted(number: 1))

        let spans = tracer.spans.finishedSpans
        func span(_ name: String, handler: String? = nil) throws -> FinishedInMemorySpan {
            let wanted = handler?.toSpanAttribute()
            return try #require(
                spans.first { $0.operationName == name && (wanted == nil || $0.attributes.get(ObservedNames.handler) == wanted) })
        }
        let send = try span("send test.counted")
        let process = try span("process test.counted", handler: "nested")
        let nested = try span("send test.followed")
        #expect(process.spanContext.parentSpanID == send.spanContext.spanID)
        #expect(nested.spanContext.parentSpanID == process.spanContext.spanID)
        #expect(Set(spans.map(\.spanContext.traceID)).count == 1)
        #expect(seen.values.last?.trace?.parent == "00-\(send.spanContext.traceID)-\(send.spanContext.spanID)-01")
        #expect(seen.values.first?.trace?.parent == "00-\(send.spanContext.traceID)-\(nested.spanContext.spanID)-01")
        #expect(send.kind == .producer)
        #expect(process.kind == .consumer)
    }

    @Test func aSubscriptionIsCountedTimedAndTraced() async throws {
        let (metrics, tracer, clock, store) = (TestMetrics(), HeaderTracer(), ManualClock(), MemoryEventStore())
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [.trace(with: tracer)]))
        for number in 1...3 { try await bus.publish(Counted(number: number), to: "s") }
        var policy = SubscriptionPolicy()
        policy.retry = .none
        let group = try SubscriptionGroup(
            store: store, sleep: clock, logger: SubscriptionBench.silence, middleware: [.measure(with: metrics), .trace(with: tracer)],
            metrics: metrics
        ) {
            Subscription("sound", policy: policy) { recorded in
                if try recorded.event.decode(as: Counted.self).number == 2 { throw HandlerRefusal() }
            }
        }
        let handler = (ObservedNames.handler, "sound")
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await group["sound"]?.caughtUp(to: 3, within: .seconds(3_600))
            try await clock.sleepers(reach: 1)
            try await eventually {
                clock.advance(by: .seconds(10))
                return (try? metrics.expectGauge(ObservedNames.subscriptionLag, [handler]).lastValue) != nil
            }
            tasks.cancelAll()
        }
        #expect(try metrics.expectCounter(ObservedNames.consumed, [(ObservedNames.type, "test.counted"), handler]).totalValue == 3)
        #expect(try metrics.expectTimer(ObservedNames.processDuration, [(ObservedNames.type, "test.counted"), handler]).values.count == 3)
        #expect(try metrics.expectCounter(ObservedNames.subscriptionHandled, [handler]).totalValue == 2)
        #expect(try metrics.expectCounter(ObservedNames.subscriptionFailed, [handler]).totalValue == 1)
        #expect(try metrics.expectCounter(ObservedNames.subscriptionParked, [handler]).totalValue == 1)
        let spans = tracer.spans.finishedSpans
        let (sent, handled) = (spans.filter { $0.kind == .producer }, spans.filter { $0.kind == .consumer })
        #expect(sent.count == 3 && Set(handled.map(\.spanContext.parentSpanID)) == Set(sent.map(\.spanContext.spanID)))
    }

    /// A subscription's handler has no span, and a delivery comes with the trace of its sender: both go on in the trace of the event.
    @Test func aPublishGoesOnInTheTraceOfItsEvent() async throws {
        let tracer = HeaderTracer()
        let (store, seen) = (MemoryEventStore(), Seen<Event>())
        let bus = HybridEventBus(store: store, configuration: BusConfiguration(middleware: [.trace(with: tracer)]))
        bus.subscribe(to: .all) { seen.add($0) }
        let id = String(repeating: "ab", count: 16)
        var event = Event(type: "came", stream: "s")
        event.trace = try TraceContext(parent: "00-\(id)-00000000000000cd-01")
        try await bus.publish(event)
        try await EventContext(trace: event.trace).run { _ = try await bus.publish(Event(type: "led.to", stream: "s")) }
        let spans = tracer.spans.finishedSpans
        #expect(spans.count == 4 && spans.allSatisfy { $0.spanContext.traceID == id })
        let sent = try #require(spans.first { $0.operationName == "send led.to" })
        #expect(sent.spanContext.parentSpanID == "00000000000000cd")
        #expect(seen.values.map(\.trace?.parent) == ["00-\(id)-00000000000000cd-01", "00-\(id)-\(sent.spanContext.spanID)-01"])
    }

    @Test func aRefusedPublishMarksItsSpan() async throws {
        let tracer = HeaderTracer()
        let refuse = Middleware.validate { _ throws(FlxError) in throw FlxError(.invalidValue, "no") }
        let bus = DomainEventBus(BusConfiguration(middleware: [.trace(with: tracer), refuse]))
        await #expect(throws: FlxError.self) { try await bus.publish(Counted(number: 1)) }
        #expect(tracer.spans.finishedSpans.first?.status?.code == .error)
        #expect(tracer.spans.finishedSpans.first?.errors.count == 1)
    }

    @Test func failuresAndPublishesAreLogged() async throws {
        let lines = Seen<String>()
        let logger = Logger(label: "test") { _ in LineHandler(lines: lines) }
        let bus = DomainEventBus(BusConfiguration(middleware: [.log(to: logger, level: .info)], logger: logger))
        bus.subscribe(to: Counted.self, named: "broken") { _ in throw HandlerRefusal(reason: "full") }
        try await bus.publish(Counted(number: 1))
        #expect(lines.values.count == 2)
        #expect(lines.values.first?.contains("error handler failed") == true)
        #expect(lines.values.first?.contains("full") == true)
        #expect(lines.values.last?.contains("info published") == true)
    }
}

/// Keeps spans in memory, and carries their context in the header of W3C Trace Context.
private struct HeaderTracer: Tracer {
    let spans = InMemoryTracer(idGenerator: .init(nextTraceID: { HeaderTracer.id(32) }, nextSpanID: { HeaderTracer.id(16) }))

    private static func id(_ digits: Int) -> String {
        "1" + (1..<digits).map { _ in String(UInt8.random(in: 0..<16), radix: 16) }.joined()
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind, at instant: @autoclosure () -> Instant,
        function: String, file: String, line: UInt
    ) -> InMemorySpan {
        spans.startSpan(operationName, context: context(), ofKind: kind, at: instant(), function: function, file: file, line: line)
    }

    func forceFlush() {}

    func inject<Carrier, Inject: Injector>(_ context: ServiceContext, into carrier: inout Carrier, using injector: Inject)
    where Inject.Carrier == Carrier {
        guard let span = context.inMemorySpanContext else { return }
        injector.inject("00-\(span.traceID)-\(span.spanID)-01", forKey: "traceparent", into: &carrier)
    }

    func extract<Carrier, Extract: Extractor>(_ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract)
    where Extract.Carrier == Carrier {
        guard let fields = extractor.extract(key: "traceparent", from: carrier)?.split(separator: "-"), fields.count == 4 else { return }
        context.inMemorySpanContext = InMemorySpanContext(traceID: String(fields[1]), spanID: String(fields[2]), parentSpanID: nil)
    }
}
