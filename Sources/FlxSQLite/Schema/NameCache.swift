import FlxCore

/// A cache of names by number, for reading. It has a fixed size; a name replaces another one with the same low bits.
struct NameCache<Name> {
    /// An object, so that an empty cache is made of nothing: copies of a name need its metadata, which is looked up under a lock of the
    /// whole process, once for each of the slots.
    private final class Slot {
        let id: Int64
        let name: Name
        let sum: UInt64

        init(_ id: Int64, _ name: Name, sum: UInt64) {
            (self.id, self.name, self.sum) = (id, name, sum)
        }
    }

    private let find: Statement
    private let make: (String) throws(FlxError) -> Name
    private var slots: [Slot?]

    /// - Parameter capacity: A power of two.
    init(_ handle: Handle, table: String, capacity: Int, make: @escaping (String) throws(FlxError) -> Name) throws(FlxError) {
        find = try Statement(handle, "SELECT name FROM \(table) WHERE id = ?1")
        self.make = make
        slots = Array(repeating: nil, count: capacity)
    }

    /// Returns the name with a number, and the sum of its bytes.
    /// - Throws: ``FlxError/Code/corrupt`` if there is none.
    mutating func name(_ id: Int64) throws(FlxError) -> (name: Name, sum: UInt64) {
        let index = Int(truncatingIfNeeded: id) & (slots.count - 1)
        if let slot = slots[index], slot.id == id { return (slot.name, slot.sum) }
        let text = try text(id)
        let slot = Slot(id, try make(text), sum: Checksum.of(text))
        slots[index] = slot
        return (slot.name, slot.sum)
    }

    private func text(_ id: Int64) throws(FlxError) -> String {
        defer { find.reset() }
        find.bind(id, at: 1)
        guard try find.step() else { throw FlxError(.corrupt, "the name with number \(id) is missing") }
        return String(decoding: find.bytes(0), as: UTF8.self)
    }
}
