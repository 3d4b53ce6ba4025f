public import FlxCore

/// The result of a publish.
public struct PublishReceipt: Sendable {
    /// One handler and its result.
    public struct Call: Sendable {
        /// The end of a handler's call.
        public enum Result: Sendable {
            /// It did its work.
            case handled
            /// The handler is busy, and this publish came from inside a handler: the call will be made at its turn.
            case deferred
            /// It did not do its work.
            case failed(HandlerFailure)
        }

        /// The name of the handler.
        public let handler: String
        /// The handled event.
        public let event: EventID
        /// The end of its call.
        public let result: Result
    }

    private enum Outcome: Sendable {
        /// The usual case, without a list.
        case one(Dispatched)
        case many([Dispatched])
    }

    private let outcome: Outcome

    init(_ dispatched: Dispatched) {
        outcome = .one(dispatched)
    }

    init(_ dispatched: [Dispatched]) {
        outcome = .many(dispatched)
    }

    private var dispatched: [Dispatched] {
        switch outcome {
        case .one(let dispatched): [dispatched]
        case .many(let dispatched): dispatched
        }
    }

    /// The ids of the events, in order.
    public var events: [EventID] { dispatched.map(\.publication.event.id) }

    /// The events as they were published, after all middleware.
    var published: [Event] { dispatched.map(\.publication.event) }

    /// The places of the events in the store, in order; empty on a bus without a store.
    public var places: [AppendResult.Place] { dispatched.compactMap(\.publication.place) }

    /// The position that a view must reach to include these events; nil on a bus without a store.
    public var position: Position? { places.lazy.map(\.position).max() }

    /// The results of the handlers, by event and in the order of their calls.
    public var calls: [Call] {
        dispatched.flatMap { dispatched in
            dispatched.calls.map { Call(handler: $0.handler, event: dispatched.publication.event.id, result: .init($0.result)) }
        }
    }

    /// The failed handlers.
    public var failures: [HandlerFailure] {
        calls.compactMap { if case .failed(let failure) = $0.result { failure } else { nil } }
    }
}

extension PublishReceipt.Call.Result {
    init(_ result: CallResult) {
        switch result {
        case .handled, .skipped: self = .handled
        case .deferred: self = .deferred
        case .failed(let failure): self = .failed(failure)
        }
    }
}
