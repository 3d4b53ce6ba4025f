/// Keeps what was used lately: at least `capacity` values and at most twice as many, at a constant cost for each use.
///
/// Values live in two generations. When the young one is full it becomes the old one, and what was in the old one and not used since
/// is forgotten.
struct RecentCache<Key: Hashable, Value> {
    private let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The number of values that are kept.
    var count: Int { young.count + old.keys.count { young[$0] == nil } }

    /// The value of a key; a new one, which is kept, where there is none.
    mutating func value(for key: Key, orNew new: @autoclosure () -> Value) -> Value {
        if let value = young[key] { return value }
        let value = old.removeValue(forKey: key) ?? new()
        if young.count >= capacity { (old, young) = (young, [:]) }
        young[key] = value
        return value
    }
}
