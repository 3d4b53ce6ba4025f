/// A view from the perspective of its runner: a page of events becomes a step of one of its generations.
///
/// Views of documents and views of tables are implemented differently. Running, rebuilding and comparing them needs only this protocol.
public protocol StoredView: Sendable {
    /// The name of the view, 1 to 256 printable bytes; it never changes.
    var name: String { get }
    /// The version of the fold, from 1. A greater one is built from the first event, and then takes the place of the smaller one.
    var version: Int { get }
    /// The events for the view.
    var selection: Selection { get }
    /// The store of both the events and the view.
    var store: any StateStore { get }

    /// Begins a generation, including the storage for its state.
    /// - Throws: All errors of `StateStore.beginGeneration(of:version:)`.
    func begin() async throws(FlxError) -> ViewGeneration

    /// Applies events to a generation and commits the results together with the new checkpoint.
    ///
    /// If one event cannot be applied, the events before it are committed and an error naming it is thrown. Events at the same position are
    /// the parts of one: they are committed together or not at all.
    /// - Returns: The generation after the step.
    /// - Throws: All errors of `StateStore.commit(_:)`; ``FlxError/cannotApply(_:of:at:)`` if an event cannot be applied. This error ends a
    ///   following runner; after other errors it tries again.
    func project(_ events: [RecordedEvent], to generation: ViewGeneration, through: Position) async throws(FlxError) -> ViewGeneration

    /// The sum over all documents or rows of a generation: equal for equal content, whatever the way to it was. Indexes do not count.
    func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest
}

/// A store around another one that checks appended events. A driver with appends of its own for views calls it.
package protocol AppendChecking: Sendable {
    /// Compares events with their schemas.
    /// - Throws: ``FlxError/Code/schemaViolation``.
    func checked(_ writes: [StreamWrite]) throws(FlxError)
}

/// A summary for comparing two builds of a view.
public struct ViewDigest: Hashable, Sendable {
    /// The number of documents or rows.
    public private(set) var rows: Int64 = 0
    /// The sum of the hashes of the rows, independent of their order.
    public private(set) var sum: UInt64 = 0

    /// The digest of nothing.
    public init() {}

    /// Adds a row by the hash of its content.
    public mutating func add(rowHash: UInt64) {
        rows += 1
        sum &+= rowHash
    }
}

extension ViewGeneration {
    /// Adds to the number of handled events; the number stops at its maximum.
    package mutating func count(_ events: Int64) {
        handled = min(handled.addingClamped(events), .max - 1)
    }

    /// The generation after a step.
    package func advanced(through position: Position, handled count: Int64) -> ViewGeneration {
        var generation = self
        generation.checkpoint = position
        generation.count(count)
        return generation
    }
}

extension FlxError {
    /// A store refuses the content of a step with these codes: a smaller part may be accepted.
    fileprivate static let ofContent: Set<Code> = [.limitExceeded, .invalidValue, .idConflict, .schemaViolation]

    /// An error of a fold, with the view and the event. It is no error of the store, whatever its code: no further attempt can succeed. For
    /// authors of other kinds of views.
    public static func cannotApply(_ error: any Error, of view: String, at recorded: RecordedEvent) -> FlxError {
        let place = "view '\(view)': event \(recorded.id) of type '\(recorded.event.type)' at position \(recorded.position)"
        guard let known = error as? FlxError else {
            return FlxError(.handlerFailed, "\(place): \(String(describing: error))", cause: error).from(.user, at: recorded.position)
        }
        return FlxError(known.code, "\(place): \(known.message)", at: known.location, cause: known.cause).from(.user, at: recorded.position)
    }
}

extension StoredView {
    /// Divides a page that is too much for one change, or refused, and makes its halves one after the other.
    /// - Parameter isOfEvent: True if the error is known to come from one of the events.
    /// - Throws: The error, with its event if the page has no halves.
    package func projectHalves(
        of events: [RecordedEvent], to generation: ViewGeneration, through: Position, after error: FlxError, isOfEvent: Bool = false
    ) async throws(FlxError) -> ViewGeneration {
        guard isOfEvent || FlxError.ofContent.contains(error.code), let first = events.first else { throw error }
        guard let half = events.half else { throw .cannotApply(error, of: name, at: first) }
        let between = try await project(Array(events[..<half]), to: generation, through: events[half - 1].position)
        return try await project(Array(events[half...]), to: between, through: through)
    }
}

extension [RecordedEvent] {
    /// The index for dividing events in two, between two positions: the nearest one not behind the middle, or else the next one; nil if
    /// there is none.
    fileprivate var half: Int? {
        func isBetween(_ index: Int) -> Bool { self[index - 1].position < self[index].position }
        let last = Swift.max(1, count)
        let middle = Swift.max(1, count / 2)
        return (1..<last).prefix(middle).last(where: isBetween) ?? (1..<last).dropFirst(middle).first(where: isBetween)
    }
}
