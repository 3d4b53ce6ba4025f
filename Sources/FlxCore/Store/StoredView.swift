/// A view as those who feed it see it: how a page of events becomes a step of one of its generations.
///
/// Views of documents and views of tables are made differently; what runs, rebuilds and compares them needs no more than this.
public protocol StoredView: Sendable {
    /// The name of the view, 1 to 256 printable bytes; it never changes.
    var name: String { get }
    /// The version of the fold, from 1. A greater one is built from the first event, and then takes the place of the smaller one.
    var version: Int { get }
    /// The events that the view is made of.
    var selection: Selection { get }
    /// The store that has both the events and the view.
    var store: any StateStore { get }

    /// Begins a generation, with all that it keeps its state in.
    /// - Throws: As `StateStore.beginGeneration(of:version:)` does.
    func begin() async throws(FlxError) -> ViewGeneration

    /// Applies events to a generation and commits what comes of them together with the new checkpoint.
    ///
    /// Where one event cannot be applied, those before it are committed and an error that names it is thrown. Events that share a position
    /// are the parts of one: they are committed together or not at all.
    /// - Returns: The generation after the step.
    /// - Throws: As `StateStore.commit(_:)` does; where an event cannot be applied, ``FlxError/cannotApply(_:of:at:)``, which ends a runner
    ///   that follows. After other errors it tries again.
    func project(_ events: [RecordedEvent], to generation: ViewGeneration, through: Position) async throws(FlxError) -> ViewGeneration

    /// The sum over all documents or rows of a generation: equal for equal content, whatever the way to it was. Indexes do not count.
    func digest(of generation: ViewGeneration) async throws(FlxError) -> ViewDigest
}

/// A store around another one that checks what is appended. A driver whose views append by themselves asks it.
package protocol AppendChecking: Sendable {
    /// Compares events with their schemas.
    /// - Throws: ``FlxError/Code/schemaViolation``.
    func checked(_ writes: [StreamWrite]) throws(FlxError)
}

/// The summary by which two builds of a view are compared.
public struct ViewDigest: Hashable, Sendable {
    /// The number of documents or rows.
    public private(set) var rows: Int64 = 0
    /// The sum of the hashes of the rows, which does not ask for their order.
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
    /// Adds to the number of events that it handled; the greatest number stays.
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
    /// By these codes a store refuses what a step has: less of it may be taken.
    fileprivate static let ofContent: Set<Code> = [.limitExceeded, .invalidValue, .idConflict, .schemaViolation]

    /// An error of a fold, with the view and the event that it stopped at. It is no error of the store, whatever code it has: no further
    /// attempt can mend it. For those who make views of a kind of their own.
    public static func cannotApply(_ error: any Error, of view: String, at recorded: RecordedEvent) -> FlxError {
        let place = "view '\(view)': event \(recorded.id) of type '\(recorded.event.type)' at position \(recorded.position)"
        guard let known = error as? FlxError else {
            return FlxError(.handlerFailed, "\(place): \(String(describing: error))", cause: error).from(.user)
        }
        return FlxError(known.code, "\(place): \(known.message)", at: known.location, cause: known.cause).from(.user)
    }
}

extension StoredView {
    /// Divides a page whose step is too much for one change, or is refused: its halves are made one after the other.
    /// - Parameter isOfEvent: True if the error is known to be of one of the events.
    /// - Throws: The error, with the event that it is of where the page has no halves.
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
    /// The index at which to divide events in two, between two positions, the nearest to the middle that is not behind it, or else the
    /// next one; nil if there is none.
    fileprivate var half: Int? {
        func isBetween(_ index: Int) -> Bool { self[index - 1].position < self[index].position }
        let last = Swift.max(1, count)
        let middle = Swift.max(1, count / 2)
        return (1..<last).prefix(middle).last(where: isBetween) ?? (1..<last).dropFirst(middle).first(where: isBetween)
    }
}
