extension JSONReader {
    /// Reads a string and resolves its escapes.
    /// - Throws: ``FlxError/Code/malformed`` for bytes outside UTF-8, control characters, unknown escapes and half a surrogate pair.
    @_lifetime(self: copy self)
    public mutating func readString() throws(FlxError) -> String {
        let range = try scanString()
        return text(of: range)
    }

    /// Reads the next string without making a `String`.
    @_lifetime(self: copy self)
    mutating func scanString() throws(FlxError) -> StringRange {
        skipSpace()
        guard current == UInt8(ascii: "\"") else { throw unexpected("a string") }
        return try scanString(limit: .max)
    }

    /// Checks and passes the next string, from its opening quote.
    @_lifetime(self: copy self)
    mutating func scanString(limit: Int) throws(FlxError) -> StringRange {
        let start = offset + 1
        var index = start
        var hasEscapes = false
        let count = bytes.byteCount
        while true {
            while index + 8 <= count {
                let word = word(index)
                // Beyond ASCII each character is checked.
                let special = JSONEscapes.marks(in: word) | word & 0x8080_8080_8080_8080
                if special != 0 {
                    index += special.trailingZeroBitCount >> 3
                    break
                }
                index += 8
            }
            guard index < count else { throw unterminated(start) }
            let byte = byte(index)
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                index = try passEscape(at: index)
            } else if byte >= 0x80 {
                index = try passScalar(at: index)
            } else if byte < 0x20 {
                offset = index
                throw failure(.malformed, "a control character (byte \(byte)) is in a string: it must be written as an escape")
            } else {
                index += 1
            }
        }
        offset = index + 1
        guard index - start <= limit else {
            offset = start - 1
            throw failure(.limitExceeded, "a key has \(index - start) bytes: at most \(limit) are allowed")
        }
        return StringRange(start: start, end: index, hasEscapes: hasEscapes)
    }

    /// A string scanned before.
    func rescan(from quote: Int) -> StringRange {
        StringRange(in: bytes, from: quote, before: bytes.byteCount) ?? StringRange(start: quote + 1, end: quote + 1, hasEscapes: false)
    }

    /// The characters of a checked string.
    func text(of range: StringRange) -> String { range.text(in: bytes) }

    private mutating func unterminated(_ start: Int) -> FlxError {
        offset = bytes.byteCount
        return FlxError(.malformed, "the text ends in the string that starts at byte \(start - 1)", at: location)
    }
}

extension JSONReader {
    /// Checks the escape at a backslash; the index after it.
    @_lifetime(self: copy self)
    private mutating func passEscape(at index: Int) throws(FlxError) -> Int {
        offset = index
        guard index + 1 < bytes.byteCount else { throw failure(.malformed, "the text ends in an escape") }
        switch byte(index + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case UInt8(ascii: "u"):
            let unit = try codeUnit(at: index)
            guard unit & 0xF800 == 0xD800 else { return index + 6 }
            guard unit < 0xDC00, index + 7 < bytes.byteCount, byte(index + 6) == UInt8(ascii: "\\"), byte(index + 7) == UInt8(ascii: "u"),
                try codeUnit(at: index + 6) & 0xFC00 == 0xDC00
            else {
                offset = index
                throw failure(.malformed, "half of a surrogate pair is alone: it is no character")
            }
            return index + 12
        default:
            throw failure(.malformed, "unknown escape: a backslash is followed by one of \"\\/bfnrtu")
        }
    }

    /// The four hexadecimal digits after `\u`.
    @_lifetime(self: copy self)
    private mutating func codeUnit(at index: Int) throws(FlxError) -> UInt32 {
        guard index + 6 <= bytes.byteCount else {
            offset = index
            throw failure(.malformed, "the text ends in an escape")
        }
        var unit: UInt32 = 0
        for place in index + 2..<index + 6 {
            guard let digit = JSONEscapes.hexDigit(byte(place)) else {
                offset = place
                throw failure(.malformed, "\\u is followed by four hexadecimal digits")
            }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// Checks the run of non-ASCII characters at an index. Returns the index after it.
    @_lifetime(self: copy self)
    private mutating func passScalar(at start: Int) throws(FlxError) -> Int {
        var index = start
        while index < bytes.byteCount, byte(index) >= 0x80 {
            let length = scalarLength(at: index)
            guard length > 0 else {
                offset = index
                throw failure(.malformed, "the bytes are not UTF-8")
            }
            index += length
        }
        return index
    }

    /// The length in bytes of the character at an index; 0 if the bytes are not well formed (Unicode, table 3-7).
    private func scalarLength(at index: Int) -> Int {
        let first = byte(index)
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { lowest = 0xA0 }
            if first == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { lowest = 0x90 }
            if first == 0xF4 { highest = 0x8F }
        default: return 0
        }
        guard index + length <= bytes.byteCount, byte(index + 1) >= lowest, byte(index + 1) <= highest else { return 0 }
        for place in index + 2..<index + max(length, 2) where byte(place) & 0xC0 != 0x80 { return 0 }
        return length
    }
}
