public import FlxCore
public import Logging
public import CoreMetrics
import Metrics
public import Tracing

extension Middleware {
    /// Logs published events and, after them, the duration and any failure. Failures of handlers are always logged, without it.
    public static func log(to logger: Logger, level: Logger.Level = .debug) -> Middleware {
        Middleware(publish: { publications, next throws(FlxError) in
            do throws(FlxError) {
                let receipt = try await next(publications)
                for publication in publications {
                    logger.log(level: level, "published", metadata: publication.metadata)
                }
                return receipt
            } catch {
                logger.warning("not published", metadata: ["error": "\(error)", "events": "\(publications.count)"])
                throw error
            }
        })
    }

    /// Counts and times publishing and handling, under the names of ``ObservedNames``.
    public static func measure(with metrics: any MetricsFactory = MetricsSystem.factory, clock: EventClock = .system) -> Middleware {
        Middleware(
            publish: { publications, next throws(FlxError) in
                let begin = clock.now()
                let receipt = try await next(publications)
                let duration = clock.now().elapsed(since: begin)
                for publication in publications {
                    let dimensions = [(ObservedNames.type, publication.event.type.description)]
                    Counter(label: ObservedNames.published, dimensions: dimensions, factory: metrics).increment()
                    Timer(label: ObservedNames.publishDuration, dimensions: dimensions, factory: metrics).record(duration: duration)
                }
                return receipt
            },
            handle: { publication, handler, next in
                let dimensions = [(ObservedNames.type, publication.event.type.description), (ObservedNames.handler, handler)]
                let begin = clock.now()
                defer {
                    Counter(label: ObservedNames.consumed, dimensions: dimensions, factory: metrics).increment()
                    Timer(label: ObservedNames.processDuration, dimensions: dimensions, factory: metrics)
                        .record(duration: clock.now().elapsed(since: begin))
                }
                try await next(publication)
            })
    }

    /// Opens a span around publishing and around each call of a handler, and carries it in the event, unless the event has a trace of its
    /// own.
    /// - Parameter tracer: The system's own by default.
    public static func trace(with tracer: (any Tracer)? = nil) -> Middleware {
        let tracer = tracer ?? InstrumentationSystem.tracer
        return Middleware(
            publish: { publications, next throws(FlxError) in
                let name = "send \(publications.first?.event.type.description ?? "")"
                var context = ServiceContext.current ?? .topLevel
                // The span belongs to the trace of the event, also if the task has no span of that trace.
                if let first = publications.first?.event, let trace = first.trace,
                    !trace.isOne(with: first.trace(of: context, by: tracer)) {
                    tracer.extract(first, into: &context, using: TraceCarrier())
                }
                let result = await tracer.withAnySpan(name, context: context, ofKind: .producer) { span in
                    var publications = publications
                    let inherited = EventContext.current?.trace
                    for index in publications.indices {
                        let event = publications[index].event
                        // An event with a trace of its own stays unchanged.
                        guard event.trace == nil || event.trace == inherited, let sent = event.trace(of: span.context, by: tracer) else {
                            continue
                        }
                        if event.trace?.isOne(with: sent) ?? true { publications[index].event.trace = sent }
                    }
                    if let first = publications.first?.event { span.describe(first, operation: "send") }
                    do throws(FlxError) {
                        return Result<PublishReceipt, FlxError>.success(try await next(publications))
                    } catch {
                        span.recordError(error)
                        span.setStatus(SpanStatus(code: .error, message: error.message))
                        return .failure(error)
                    }
                }
                return try result.get()
            },
            handle: { publication, handler, next in
                var context = ServiceContext.current ?? .topLevel
                tracer.extract(publication.event, into: &context, using: TraceCarrier())
                try await tracer.withAnySpan("process \(publication.event.type)", context: context, ofKind: .consumer) { span in
                    span.describe(publication.event, operation: "process")
                    span.attributes[ObservedNames.handler] = handler
                    try await next(publication)
                }
            })
    }
}

extension Publication {
    /// Its metadata in a log line.
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["event.type": "\(event.type)", "event.id": "\(event.id)"]
        if let stream = event.stream { metadata["stream"] = "\(stream)" }
        if let correlation = event.correlationID { metadata["correlation.id"] = "\(correlation)" }
        return metadata
    }
}

extension Span {
    fileprivate func describe(_ event: Event, operation: String) {
        attributes[ObservedNames.system] = ObservedNames.systemName
        attributes[ObservedNames.operation] = operation
        attributes[ObservedNames.type] = event.type.description
        attributes[ObservedNames.messageID] = event.id.description
        if let correlation = event.correlationID { attributes[ObservedNames.conversationID] = correlation.description }
    }
}

extension Event {
    /// The event's trace from a context; nil if the context has none.
    fileprivate func trace(of context: ServiceContext, by tracer: any Tracer) -> TraceContext? {
        var event = self
        event.trace = nil
        tracer.inject(context, into: &event, using: TraceCarrier())
        return event.trace
    }
}

extension TraceContext {
    /// Returns true if both have the same trace id.
    fileprivate func isOne(with other: TraceContext?) -> Bool {
        other.map { $0.parent.utf8.prefix(35).elementsEqual(parent.utf8.prefix(35)) } ?? false
    }
}

/// Carries the two headers of W3C Trace Context in the envelope; other headers have no place there.
private struct TraceCarrier: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into event: inout Event) {
        switch key {
        case "traceparent": event.trace = (try? TraceContext(parent: value, state: event.trace?.state)) ?? event.trace
        case "tracestate":
            guard let parent = event.trace?.parent else { return }
            event.trace = (try? TraceContext(parent: parent, state: value)) ?? event.trace
        default: return
        }
    }

    func extract(key: String, from event: Event) -> String? {
        switch key {
        case "traceparent": event.trace?.parent
        case "tracestate": event.trace?.state
        default: nil
        }
    }
}
