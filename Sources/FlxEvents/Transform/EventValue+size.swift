import FlxCore
import OrderedCollections

extension EventValue {
    /// Returns true if the value is nested at most so deep, and about so long at most when it is written.
    ///
    /// A value that holds another one many times is small in memory, and may be without end when it is written: the work ends where the
    /// bound is passed.
    func isWithin(bytes: Int, depth: Int) -> Bool { length(upTo: bytes, depth: depth) != nil }

    /// About how long the value is when it is written; nil for one that is longer than a bound, or nested deeper.
    func length(upTo bytes: Int, depth: Int) -> Int? {
        var left = bytes
        return take(from: &left, depth: depth) ? bytes - left : nil
    }

    /// Takes the memory of all values that it holds from what is left, of each so much as one takes at least.
    /// - Returns: Whether as much was left; else the work ended there.
    func take(from room: inout Int) -> Bool {
        room -= Transform.valueBytes
        guard room >= 0 else { return false }
        return switch self {
        case .array(let elements): elements.allSatisfy { $0.take(from: &room) }
        case .object(let fields): fields.values.allSatisfy { $0.take(from: &room) }
        default: true
        }
    }

    private func take(from left: inout Int, depth: Int) -> Bool {
        left -= 1
        switch self {
        case .null, .bool: break
        case .number(let number): left -= number.text.utf8.count
        case .string(let text): left -= text.utf8.count
        case .array(let elements):
            guard depth > 0, elements.allSatisfy({ $0.take(from: &left, depth: depth - 1) }) else { return false }
        case .object(let fields):
            guard depth > 0 else { return false }
            for (key, value) in fields {
                left -= key.description.utf8.count
                guard value.take(from: &left, depth: depth - 1) else { return false }
            }
        }
        return left >= 0
    }
}
