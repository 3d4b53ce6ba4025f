/// The fields already read in the surrounding objects, to detect a second field of one name.
///
/// Stored properties hold the innermost object and the outermost: reading an object in an object allocates nothing for it.
struct ObjectLedger {
    /// One object.
    struct Frame {
        /// The known fields seen, by index; those from 64 on are kept as keys.
        var seen: UInt64 = 0
        /// The known field expected next.
        var expected = 0
        /// The start of this object's keys in `keys`.
        var firstKey = 0
    }

    /// A key seen in an open object.
    struct Key {
        /// Equal for equal keys; a quick test, not a proof.
        let print: UInt64
        /// The offset of its opening quote.
        let offset: Int
    }

    /// Objects with more keys than this are looked up by hash: the time for an object stays in proportion to its size.
    static let manyKeys = 16

    var frame = Frame()
    private var outermost = Frame()
    private var outer: [Frame] = []
    private var count = 0
    var keys: [Key] = []
    /// The keys of the open objects with many fields, from the outermost on: their offsets by a keyed hash that is unpredictable from
    /// outside.
    private(set) var largeObjects: [[Int: Int]] = []

    /// Enters an object.
    @inline(__always)
    mutating func open() {
        if count == 1 { outermost = frame } else if count > 1 { outer.append(frame) }
        count += 1
        frame = Frame(firstKey: keys.count)
    }

    /// Remembers a key of the innermost object.
    @inline(__always)
    mutating func keep(_ key: Key) {
        if keys.isEmpty { keys.reserveCapacity(Self.manyKeys) }
        keys.append(key)
    }

    /// Stores the keys of the innermost object by hash, from now on.
    mutating func makeLarge(_ known: [(hash: Int, offset: Int)]) {
        largeObjects.append(Dictionary(known.map { ($0.hash, $0.offset) }, uniquingKeysWith: { first, _ in first }))
    }

    /// Stores a key of the innermost object by hash. Returns the offset of a key with the same hash.
    mutating func keepLarge(_ hash: Int, at offset: Int) -> Int? {
        largeObjects[largeObjects.count - 1].updateValue(offset, forKey: hash)
    }

    /// Leaves the innermost object.
    @inline(__always)
    mutating func close() {
        if keys.count > frame.firstKey {
            if keys.count - frame.firstKey > Self.manyKeys { largeObjects.removeLast() }
            keys.removeLast(keys.count - frame.firstKey)
        }
        count -= 1
        if count == 1 { frame = outermost } else if count > 1 { frame = outer.removeLast() }
    }
}
