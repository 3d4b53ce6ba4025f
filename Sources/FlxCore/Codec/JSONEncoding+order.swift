extension JSONEncoding {
    /// Sorts the elements of the array that ends here by their bytes, if its type has no order.
    func sortElements<T>(of type: T.Type) throws(FlxError) {
        let name = ObjectIdentifier(type)
        if name != arrayType { (arrayType, together) = (name, (type as? any Unordered.Type)?.together ?? 0) }
        let count = together
        guard count > 0, misuse == nil, let start = frames.last?.start else { return }
        try fillGaps(at: frames.count - 1)
        let text = json.buffer.copy(from: start)
        var reader = try JSONReader(text.span, limits: Self.limits)
        json.replace(from: start, by: try reader.sortedElements(each: count))
    }

    /// No limits: the limits of the written text are checked at the end.
    private static let limits = JSONLimits(maximumBytes: .max, maximumKeyBytes: .max, maximumNumberBytes: .max)

    /// Puts the fields from an offset on into the order of their keys.
    func sortFields(from start: Int) throws(FlxError) {
        let text = json.buffer.copy(from: start)
        var reader = try JSONReader(text.span, limits: Self.limits)
        json.replace(from: start, by: try reader.sortedFields())
    }
}

extension JSONReader {
    /// The fields from here to the end of the text, in the order of their keys. Their object remains open.
    @_lifetime(self: copy self)
    fileprivate mutating func sortedFields() throws(FlxError) -> [UInt8] {
        var fields: [(key: ExactText, range: Range<Int>)] = []
        while offset < bytes.byteCount {
            if !fields.isEmpty { offset += 1 }
            let start = offset
            let key = ExactText(try readString())
            offset += 1
            try skipValue()
            fields.append((key, start..<offset))
        }
        fields.sort { $0.key < $1.key }
        for (one, other) in zip(fields, fields.dropFirst()) where one.key == other.key {
            throw FlxError(.invalidValue, "the key '\(one.key)' is encoded twice in one object")
        }
        return joined(fields.map(\.range))
    }

    /// The elements from here to the end of the text, in the order of their bytes. Their array remains open.
    @_lifetime(self: copy self)
    fileprivate mutating func sortedElements(each count: Int) throws(FlxError) -> [UInt8] {
        var parts: [Range<Int>] = []
        while offset < bytes.byteCount {
            if !parts.isEmpty { offset += 1 }
            let start = offset
            for index in 0..<count {
                if index > 0 { offset += 1 }
                try skipValue()
            }
            parts.append(start..<offset)
        }
        bytes.withUnsafeBytes { all in
            parts.sort { all[$0].lexicographicallyPrecedes(all[$1]) }
        }
        return joined(parts)
    }

    /// Parts of the text with commas between them.
    private func joined(_ parts: [Range<Int>]) -> [UInt8] {
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.byteCount)
        bytes.withUnsafeBytes { all in
            for part in parts {
                if !joined.isEmpty { joined.append(UInt8(ascii: ",")) }
                joined.append(contentsOf: all[part])
            }
        }
        return joined
    }
}

/// A collection that writes its elements as an array, in a different order in each run of a program.
private protocol Unordered {
    /// The number of elements of the array for one element of the collection.
    static var together: Int { get }
}

extension Set: Unordered {
    fileprivate static var together: Int { 1 }
}

extension Dictionary: Unordered {
    fileprivate static var together: Int { 2 }
}
