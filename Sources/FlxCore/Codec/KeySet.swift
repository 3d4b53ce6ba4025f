/// The keys that an object has so far, for objects that have few of them as well as many.
struct KeySet {
    private var names: [String] = []
    private var many: Set<String> = []
    /// One bit a name, by length and ends: a name whose bit is free is new, and need not be looked for.
    private var bits: UInt64 = 0

    /// How many keys there are.
    var count: Int { max(names.count, many.count) }

    /// Adds a key; false if it is there already.
    mutating func insert(_ name: String) -> Bool {
        let bit = Self.bit(of: name)
        if bits & bit != 0 {
            if names.count > 16, many.isEmpty { many = Set(names) }
            guard many.isEmpty ? !names.contains(name) : !many.contains(name) else { return false }
        }
        bits |= bit
        if many.isEmpty { names.append(name) } else { many.insert(name) }
        return true
    }

    private static func bit(of name: String) -> UInt64 {
        let bytes = name.utf8
        guard let first = bytes.first, let last = bytes.last else { return 1 }
        return 1 << UInt64((bytes.count &* 7 &+ Int(first) &* 3 &+ Int(last) &* 5) & 63)
    }
}
