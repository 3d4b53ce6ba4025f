/// A durable, ordered log of events in streams. Every driver keeps this contract; `EventStoreRules` of FlxTesting checks it.
///
/// **Order.** All events of a store have one order, their positions; within a stream their versions are 1, 2, 3, … and follow it.
///
/// **Commit.** When ``append(_:unless:)`` returns, its events survive the end of the process and of the machine, as far as the driver's
/// durability setting says. Readers see all events of an append or none. Once a reader has seen a position, nothing ever appears at or
/// below it.
///
/// **Threads.** Every method may be called from any task at any time; calls do not wait for readers.
///
/// **End.** Each call ends with a result or an error. After ``close()`` all calls fail with ``FlxError/Code/closed``; waiting ones too.
public protocol EventStore: Sendable {
    /// Appends events to one or more streams, all or none, in the order given.
    ///
    /// If the id of an event is already recorded, the event is not recorded a second time: its place is the recorded one. It must be the
    /// same event, by ``Event/isSame(as:)``: everything but its time and trace context counts. If all events of the call are recorded,
    /// nothing is checked and the first result is returned.
    ///
    /// If at least one event is new, and for an append of no events, the conditions are checked. First the boundary: no event that
    /// ``Boundary/matches(_:)`` may have been recorded after its position. Then each stream of the call must be at its expected version,
    /// also a stream without events in this call. So an append of no events is a guard: it writes nothing, and its result has no places.
    ///
    /// New events of one stream get consecutive versions; new events of the call get increasing positions. A stream may occur in several
    /// writes, to keep the order of events across streams. All their expectations are about the stream before the call.
    ///
    /// Cancelling the caller's task before the append begins stops it; afterwards it runs to its end and its result is returned. Errors of
    /// another caller do not affect the result of this call.
    ///
    /// - Returns: The place of each event, in the order given.
    /// - Throws: ``FlxError/Code/versionConflict`` with the stream's actual version; ``FlxError/Code/boundaryConflict``;
    ///   ``FlxError/Code/idConflict`` when an id is recorded with other content or in another stream; ``FlxError/Code/limitExceeded`` or
    ///   ``FlxError/Code/invalidValue`` by ``StoreLimits``, and for a boundary beyond the end of the log; ``FlxError/Code/storageFull``,
    ///   ``FlxError/Code/readOnly``, ``FlxError/Code/locked``, ``FlxError/Code/io``, ``FlxError/Code/closed`` or
    ///   ``FlxError/Code/cancelled``. Nothing was kept, unless ``FlxError/isOutcomeUnknown`` is true, as after a failed flush of the disk
    ///   or, at the other end of a network, ``FlxError/Code/deadlineExceeded``. Then append the same events with the same ids: it is safe,
    ///   and returns the outcome.
    func append(_ writes: [StreamWrite], unless boundary: Boundary?) async throws(FlxError) -> AppendResult

    /// Reads one page of the selected events: those that ``Selection/matches(_:)``. So ``Selection/all`` leaves out system streams, and
    /// ``Selection/everything`` has them.
    ///
    /// A forward page contains, in order, the first selected events after a position. No later append can put another event at or below
    /// ``Page/through``: the part already read is complete. A backward page contains the last ones before a position, the latest first.
    ///
    /// - Parameter limit: The maximum number of events, from 1. A page also ends before it has more than ``StoreLimits/pageBytes``.
    /// - Throws: ``FlxError/Code/invalidValue`` for a limit below 1; ``FlxError/Code/closed``, ``FlxError/Code/io``,
    ///   ``FlxError/Code/corrupt``, or ``FlxError/Code/cancelled`` when the task is cancelled while it waits for its turn.
    func read(_ selection: Selection, _ direction: ReadDirection, limit: Int) async throws(FlxError) -> Page

    /// Returns when an event after the position may be there: at once when one is, otherwise as soon as one is appended.
    ///
    /// It may return early, and never sleeps through an append.
    /// - Throws: ``FlxError/Code/cancelled`` when the task is cancelled, ``FlxError/Code/closed`` when the store closes.
    func wait(after position: Position) async throws(FlxError)

    /// The position of the last event; ``Position/start`` for an empty store.
    func lastPosition() async throws(FlxError) -> Position

    /// The event with an id; nil if there is none.
    ///
    /// Unless a driver has a faster way, this and the following three calls read the whole log. They also find what is in system streams.
    /// - Throws: The errors of ``read(_:_:limit:)``.
    func event(_ id: EventID) async throws(FlxError) -> RecordedEvent?

    /// The first streams with a prefix and after a name, in the byte order of their names.
    /// - Parameter limit: The maximum number of streams, from 1.
    /// - Throws: ``FlxError/Code/invalidValue`` for a limit below 1; the errors of ``read(_:_:limit:)``.
    func streams(prefix: String, after name: StreamName?, limit: Int) async throws(FlxError) -> [StreamSummary]

    /// All types with the numbers of their events, in the byte order of their names.
    /// - Throws: The errors of ``read(_:_:limit:)``.
    func types() async throws(FlxError) -> [TypeSummary]

    /// The size of the store.
    /// - Throws: The errors of ``read(_:_:limit:)``.
    func statistics() async throws(FlxError) -> StatisticsSnapshot

    /// Closes the store. Appends under way run to their end, waiters fail with an error, files and sockets are closed. A second call only
    /// waits for the end of the first.
    func close() async
}

extension EventStore {
    /// Appends events to one stream.
    /// - Throws: As ``append(_:unless:)`` does.
    @discardableResult
    public func append(
        _ events: [Event], to stream: StreamName, expecting expected: ExpectedVersion = .any, unless boundary: Boundary? = nil
    ) async throws(FlxError) -> AppendResult {
        try await append([StreamWrite(events, to: stream, expecting: expected)], unless: boundary)
    }
}
