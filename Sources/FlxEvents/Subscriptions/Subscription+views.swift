public import FlxCore

extension Subscription {
    /// The treatment of an event that a view cannot apply, or the code cannot read.
    public enum ViewFailure: Hashable, Sendable {
        /// The view stays before the event. It rests, and tries again after pauses that double to 30 seconds; its status has the error.
        /// Nothing is left out of the view.
        case stop
        /// The event is parked, and the view goes on without it. A greater version of the view tries it once more.
        ///
        /// Of a long stretch of such events, the first 20 are parked at once and then one every five seconds: a fold that can apply nothing
        /// does not park the whole log.
        case park
    }

    /// Feeds a view of documents.
    ///
    /// ```swift
    /// let group = try SubscriptionGroup(store: store) {
    ///     Subscription(view: OpenOrders())
    ///     Subscription("invoices", to: .types("order.placed")) { try await invoice($0) }
    /// }
    /// ```
    ///
    /// The view keeps its checkpoint itself, in one step with its documents: each event changes it exactly once. The subscription is named
    /// `view-` and the name of the view; it has a lease, can be paused, and shows up among the others. It cannot be moved: raise the
    /// version of the view, and it is rebuilt beside the former version, which answers until then. The name of the view has at most 195
    /// bytes.
    /// - Parameters:
    ///   - failure: The treatment of an event that cannot be applied.
    ///   - pageSize: At most so many events in a transaction, 1 to 10,000.
    public init(view: some DocumentView, onFailure failure: ViewFailure = .stop, pageSize: Int = 1_000) {
        self.init(named: type(of: view).name, type(of: view).version, type(of: view).selection, failure, pageSize) { store in
            StoredDocuments(view, in: store)
        }
    }

    /// Feeds a view that its store keeps in another way, such as in tables of its own.
    ///
    /// It is read from the store of the view. Otherwise as ``init(view:onFailure:pageSize:)-(DocumentView,_,_)``.
    public init(view: some StoredView, onFailure failure: ViewFailure = .stop, pageSize: Int = 1_000) {
        self.init(named: view.name, view.version, view.selection, failure, pageSize) { _ in view }
    }

    private init(
        named view: String, _ version: Int, _ selection: Selection, _ failure: ViewFailure, _ pageSize: Int,
        _ make: @escaping @Sendable (any StateStore) -> any StoredView
    ) {
        var policy = SubscriptionPolicy()
        policy.batch = .upTo(pageSize, within: .zero)
        // One page is read while another is applied.
        policy.pageSize = 2 * (policy.batch?.size ?? 1)
        // A fold depends on the event alone: the same event fails again.
        policy.retry = .none
        policy.parksWhileResting = true
        if failure == .stop { policy.isOutage = { _ in true } }
        // One key keeps the order of the log.
        self.init(Self.name(ofView: view), version, selection, [], .beginning, policy, { _ in "" }, .view(make, failure))
    }

    /// The name of the subscription of a view.
    static func name(ofView view: String) -> String { "view-\(view)" }
}
