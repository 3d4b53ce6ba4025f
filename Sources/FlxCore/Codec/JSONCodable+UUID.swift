extension JSONReader {
    /// Reads the 36 characters of a UUID, in either case, as its 128 bits, the first byte highest.
    @_lifetime(self: copy self)
    package mutating func readUUID() throws(FlxError) -> UInt128 {
        let range = try scanString()
        guard range.count == 36, let bits = uuid(at: range.start) else {
            let text = String(text(of: range).prefix(40))
            offset = range.quote
            throw failure(.typeMismatch, "expected a UUID of 36 characters, found '\(text)'")
        }
        return bits
    }

    private func uuid(at start: Int) -> UInt128? {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<36 {
            let byte = byte(start + index)
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = JSONEscapes.hexDigit(byte) else { return nil }
                high = high << 4 | low >> 60
                low = low << 4 | UInt64(digit)
            }
        }
        return UInt128(high) << 64 | UInt128(low)
    }
}

extension JSONWriter {
    /// Writes the 36 characters of a UUID, in lower case.
    package mutating func write(uuid bits: UInt128) {
        write(ascii: 36) {
            UUIDText.write(bits, into: $0)
            return 36
        }
    }
}
