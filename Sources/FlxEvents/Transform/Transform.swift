public import FlxCore

/// A change of events that is data: a list of steps, done one after the other, which can be kept in a file or an event and sent around.
///
/// ```swift
/// let toCurrent: Transform = [
///     .when("order.*", [.rename("/sum", to: "/total"), .default("/currency", "EUR")]),
///     .compute("/label", .concat, of: ["/currency", "/total"]),
///     .drop("/internal"),
/// ]
/// ```
///
/// As JSON it is an array with one object for each step: `[{"rename":"/sum","to":"/total"},{"drop":"/internal"}]`; see ``Step``.
///
/// Two transforms are joined with `+`. A step whose field is not there does nothing, so that one transform serves events that differ;
/// what would lose data unseen, such as a field renamed over another, is an error.
public struct Transform: Hashable, Sendable {
    /// The most events that one becomes.
    static let maximumEvents = 10_000
    /// The most bytes that they have together: their data and their attributes.
    static let maximumBytes = 64 << 20
    /// The bytes that count for each value that a step puts into a part, whatever it is.
    static let valueBytes = 16
    static let tooLong = FlxError(.limitExceeded, "what it becomes, also on the way, has more than \(maximumBytes) bytes")

    /// The steps in the order in which they are done.
    public var steps: [Step]

    /// Makes a transform of its steps.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Does all steps. What comes out is one event as a rule, none or several where a list was split.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/typeMismatch``, naming the event and the step, for a step that cannot be
    ///   done; ``FlxError/Code/limitExceeded`` for an event that becomes more than 10,000, or 64 MiB, also on the way; what the
    ///   data's ``ValueCodec`` throws.
    public func apply(to event: Event) throws(FlxError) -> [Event] {
        var drafts = [TransformDraft(event)]
        // What all steps may make of it together, so that parts of a large event are not made first and refused then.
        var room = Self.maximumBytes
        do throws(FlxError) {
            for step in steps {
                drafts = try step.apply(to: drafts, within: &room)
            }
            var (events, bytes) = ([Event](), 0)
            for draft in drafts {
                let event = try draft.finish()
                events.append(event)
                bytes += event.approximateBytes
                guard bytes <= Self.maximumBytes else { throw Self.tooLong }
            }
            return events
        } catch {
            throw FlxError(error.code, "event \(event.id) cannot be transformed: \(error.message)", at: error.location, cause: error)
        }
    }

    /// Does all steps to each event, in order.
    /// - Throws: As ``apply(to:)-(Event)``.
    public func apply(to events: [Event]) throws(FlxError) -> [Event] {
        guard !steps.isEmpty else { return events }
        var changed: [Event] = []
        changed.reserveCapacity(events.count)
        for event in events { changed += try apply(to: event) }
        return changed
    }

    /// A handler of a ``Subscription`` that gets what becomes of each event; an event of which several are made is handled when all are.
    ///
    /// ```swift
    /// Subscription("partners", handler: toCurrent.handler { recorded in try await send(recorded.event) })
    /// ```
    public func handler(_ handler: @escaping Subscription.Handler) -> Subscription.Handler {
        { recorded in
            for event in try apply(to: recorded.event) {
                try await handler(
                    RecordedEvent(
                        event: event, version: recorded.version, position: recorded.position, recordedTime: recorded.recordedTime))
            }
        }
    }

    /// First one transform, then another.
    public static func + (first: Transform, second: Transform) -> Transform {
        Transform(first.steps + second.steps)
    }
}

extension Transform: ExpressibleByArrayLiteral {
    /// The steps in order.
    public init(arrayLiteral steps: Step...) {
        self.init(steps)
    }
}
