import OrderedCollections

extension EventValue {
    /// Returns true if the value is nested at most so deep, and about so long at most when it is written.
    ///
    /// A value that holds another one many times is small in memory, and may be without end when it is written: the work ends where the
    /// bound is passed.
    package func isWithin(bytes: Int, depth: Int) -> Bool { length(upTo: bytes, depth: depth) != nil }

    /// About how long the value is when it is written; nil for one that is longer than a bound, or nested deeper.
    package func length(upTo bytes: Int, depth: Int) -> Int? {
        var left = bytes
        return take(from: &left, depth: depth) ? bytes - left : nil
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
