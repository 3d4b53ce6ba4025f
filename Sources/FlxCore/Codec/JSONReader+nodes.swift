extension JSONReader {
    /// Reads the next value wholly into an index of its parts, without recursion; their offsets count from a base before them.
    @_lifetime(self: copy self)
    mutating func readNodes(from base: Int) throws(FlxError) -> [JSONDocument.Node] {
        guard bytes.byteCount - base <= Int(UInt32.max) else {
            throw failure(.limitExceeded, "the JSON text is longer than 4 GiB")
        }
        var nodes: [JSONDocument.Node] = []
        nodes.reserveCapacity(min(bytes.byteCount - base, 4096) / 12 + 4)
        // While a container is open, its `next` is the container around it.
        let none = Int(UInt32.max)
        var open = none
        repeat {
            try readNode(into: &nodes, open: &open, base)
            while open != none, try !nextNode(of: open, in: &nodes, base) {
                let outer = Int(nodes[open].next)
                nodes[open].next = UInt32(truncatingIfNeeded: nodes.count)
                open = outer
            }
        } while open != none
        return nodes
    }

    /// Reads a scalar, or the opening bracket of a container.
    @_lifetime(self: copy self)
    private mutating func readNode(into nodes: inout [JSONDocument.Node], open: inout Int, _ base: Int) throws(FlxError) {
        let kind = try peek()
        let start = offset
        let index = nodes.count
        switch kind {
        case .object:
            try beginObject()
            nodes.append(.init(kind: .object, start: UInt32(start - base), end: UInt32(index + 1), next: UInt32(open)))
            open = index
        case .array:
            try beginArray()
            nodes.append(.init(kind: .array, start: UInt32(start - base), end: 0, next: UInt32(open)))
            open = index
        case .string:
            let range = try scanString(limit: .max)
            nodes.append(Self.node(range, base, at: index))
        case .number:
            _ = try scanNumber()
            nodes.append(.init(kind: .number, start: UInt32(start - base), end: UInt32(offset - base), next: UInt32(index + 1)))
        case .bool:
            _ = try readBool()
            nodes.append(.init(kind: .bool, start: UInt32(start - base), end: UInt32(offset - base), next: UInt32(index + 1)))
        case .null:
            _ = try readNull()
            nodes.append(.init(kind: .null, start: UInt32(start - base), end: UInt32(offset - base), next: UInt32(index + 1)))
        }
    }

    /// Goes to the next value of a container, after its key; false when the container has ended.
    @_lifetime(self: copy self)
    private mutating func nextNode(of container: Int, in nodes: inout [JSONDocument.Node], _ base: Int) throws(FlxError) -> Bool {
        guard nodes[container].kind == .object else {
            guard try nextElement() else { return false }
            nodes[container].end += 1
            return true
        }
        guard let key = try nextRawKey() else { return false }
        try note(key)
        nodes.append(Self.node(key, base, at: nodes.count))
        return true
    }

    private static func node(_ range: StringRange, _ base: Int, at index: Int) -> JSONDocument.Node {
        .init(
            kind: range.hasEscapes ? .escapedString : .string, start: UInt32(range.start - base), end: UInt32(range.end - base),
            next: UInt32(index + 1))
    }
}
