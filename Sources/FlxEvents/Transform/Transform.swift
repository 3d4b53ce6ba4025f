public import FlxCore

/// A change of events in the form of data: a list of steps, applied one after the other. It can be kept in a file or an event and sent
/// around.
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
/// Two transforms are joined with `+`. A step on a missing field does nothing, so one transform serves different events. A step that would
/// lose data silently, such as renaming a field over another, is an error.
public struct Transform: Hashable, Sendable {
    /// The maximum number of events from one.
    static let maximumEvents = 10_000
    /// The maximum number of their bytes together: their data and their attributes.
    static let maximumBytes = 64 << 20
    /// The bytes counted for each value of any kind that a step puts into a part.
    static let valueBytes = 16
    static let tooLong = FlxError(.limitExceeded, "its result, also on the way, has more than \(maximumBytes) bytes")

    /// The steps in the order of application.
    public var steps: [Step]

    /// Makes a transform of its steps.
    public init(_ steps: [Step] = []) {
        self.steps = steps
    }

    /// Applies all steps. The result is normally one event; none or several if a list was split.
    /// - Throws: ``FlxError/Code/invalidValue`` or ``FlxError/Code/typeMismatch``, naming the event and the step, for an impossible step;
    ///   ``FlxError/Code/limitExceeded`` for an event that becomes more than 10,000 events, or 64 MiB, also on the way; all errors of the
    ///   data's ``ValueCodec``.
    public func apply(to event: Event) throws(FlxError) -> [Event] {
        var drafts = [TransformDraft(event)]
        // The limit for all steps together: parts of a large event are then not made first and refused later.
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

    /// A handler of a ``Subscription`` for the events made from each event. An event with several results is handled when all of them are.
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
