extension JSONReader {
    /// Passes the next value, whatever it is, and checks it wholly.
    @_lifetime(self: copy self)
    public mutating func skipValue() throws(FlxError) {
        switch try peek() {
        case .object, .array: try skipNested()
        case .string: _ = try scanString(limit: .max)
        case .number: _ = try scanNumber()
        case .bool: _ = try readBool()
        case .null: _ = try readNull()
        }
    }

    /// Reads the next value, whatever it is, as compact bytes: white space between its parts is left out, the texts of its numbers
    /// and strings stay as they are.
    @_lifetime(self: copy self)
    public mutating func copyValue() throws(FlxError) -> [UInt8] {
        skipSpace()
        let start = offset
        let spacesBefore = spaces
        try skipValue()
        let blanks = spaces - spacesBefore
        return bytes.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(rebasing: all[start..<offset])
            return blanks == 0 ? Array(part) : Self.compact(part, to: part.count - blanks)
        }
    }

    /// Passes an array or object without recursion: one bit holds the kind of each open level.
    @_lifetime(self: copy self)
    private mutating func skipNested() throws(FlxError) {
        let base = depth
        var isObject: UInt64 = 0
        repeat {
            let kind = try peek()
            if (kind == .object || kind == .array) && depth - base < 64 {
                isObject = isObject << 1 | (kind == .object ? 1 : 0)
                if kind == .object { try beginObject() } else { try beginArray() }
            } else {
                // At most one level of this function for each 64 levels of a text, and a text has at most `JSONLimits.deepest`.
                try skipValue()
            }
            while depth > base, try !nextInside(isObject & 1 != 0) { isObject >>= 1 }
        } while depth > base
    }

    /// Goes to the next value of the innermost array or object. Returns false at its end.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func nextInside(_ isObject: Bool) throws(FlxError) -> Bool {
        guard isObject else { return try nextElement() }
        guard let key = try nextRawKey() else { return false }
        try note(key)
        return true
    }

    /// Copies a checked text without the white space outside its strings.
    private static func compact(_ part: UnsafeRawBufferPointer, to count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var isInside = false
        var index = 0
        while index < part.count {
            let byte = part[index]
            if isInside, byte == UInt8(ascii: "\\") {
                result.append(byte)
                index += 1
                result.append(part[index])
            } else if isInside || byte > 0x20 {
                if byte == UInt8(ascii: "\"") { isInside.toggle() }
                result.append(byte)
            }
            index += 1
        }
        return result
    }
}
