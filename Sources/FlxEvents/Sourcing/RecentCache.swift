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

    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            insert(value, for: key)
            return value
        }
        set {
            old[key] = nil
            if let newValue { insert(newValue, for: key) } else { young[key] = nil }
        }
    }

    private mutating func insert(_ value: Value, for key: Key) {
        if young.count >= capacity, young[key] == nil { (old, young) = (young, [:]) }
        young[key] = value
    }
}
