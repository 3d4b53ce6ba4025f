/// Keeps the values used last: at least `capacity` and at most twice as many. The cost of each use is constant.
///
/// Values live in two generations. When the young one is full, it becomes the old one. The values of the former old one are forgotten,
/// unless they were used since.
struct RecentCache<Key: Hashable, Value> {
    private let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The number of values that are kept.
    var count: Int { young.count + old.keys.count { young[$0] == nil } }

    /// The value of a key. If there is none, a new one is made and kept.
    mutating func value(for key: Key, orNew new: @autoclosure () -> Value) -> Value {
        if let value = young[key] { return value }
        let value = old.removeValue(forKey: key) ?? new()
        if young.count >= capacity { (old, young) = (young, [:]) }
        young[key] = value
        return value
    }
}
