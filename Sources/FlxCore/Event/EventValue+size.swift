import OrderedCollections

extension EventValue {
    /// Returns true if the value has at most this depth, and at most about this length in written form.
    ///
    /// A value with another one inside many times is small in memory, and may be endless in written form. The work ends at the bound.
    package func isWithin(bytes: Int, depth: Int) -> Bool { length(upTo: bytes, depth: depth) != nil }

    /// The approximate length of the value in written form; nil beyond the bound for length or depth.
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
