/// A handler's place on a bus, for as long as the process runs; it has no memory and no checkpoint.
///
/// It lasts until it is cancelled or the bus closes; dropping the value changes nothing.
public struct BusSubscription: Sendable {
    /// The name of the handler.
    public let name: String
    private let end: @Sendable () -> Void

    init(name: String, end: @escaping @Sendable () -> Void) {
        self.name = name
        self.end = end
    }

    /// Ends the subscription: no call begins after this returns, and calls under way run to their end. Calling it again has no effect. It
    /// may be called inside the handler itself.
    public func cancel() { end() }
}
