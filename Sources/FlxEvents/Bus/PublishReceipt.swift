public import FlxCore

/// The result of a publish.
public struct PublishReceipt: Sendable {
    /// One handler and how it ended.
    public struct Call: Sendable {
        /// The end of a handler's call.
        public enum Result: Sendable {
            /// It did its work.
            case handled
            /// It is busy, and this publish came from inside a handler: the call will be made when its turn comes.
            case deferred
            /// It did not do its work.
            case failed(HandlerFailure)
        }

        /// The name of the handler.
        public let handler: String
        /// The event that it was called for.
        public let event: EventID
        /// The end of its call.
        public let result: Result
    }

    private enum Outcome: Sendable {
        /// The usual one, which takes no list.
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

    /// The places that the store gave the events, in order; empty on a bus without a store.
    public var places: [AppendResult.Place] { dispatched.compactMap(\.publication.place) }

    /// The position up to which a view must have come to show these events; nil on a bus without a store.
    public var position: Position? { places.lazy.map(\.position).max() }

    /// The results of the handlers, by event and in the order of their calls.
    public var calls: [Call] {
        dispatched.flatMap { dispatched in
            dispatched.calls.map { Call(handler: $0.handler, event: dispatched.publication.event.id, result: .init($0.result)) }
        }
    }

    /// The handlers that failed.
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
