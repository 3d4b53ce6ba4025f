extension JSONReader {
    /// Reads the 36 characters of a UUID, in either case, as its 128 bits, the first byte highest.
    @_lifetime(self: copy self)
    package mutating func readUUID() throws(FlxError) -> UInt128 {
        let range = try scanString()
        guard let bits = uuid(range) else {
            let text = String(text(of: range).prefix(40))
            offset = range.quote
            throw failure(.typeMismatch, "expected a UUID of 36 characters, found '\(text)'")
        }
        return bits
    }

    private func uuid(_ range: StringRange) -> UInt128? {
        guard !range.hasEscapes else { return UUIDText.parse(text(of: range).lowercased()) }
        guard range.count == UUIDText.count else { return nil }
        return bytes.withUnsafeBytes { all in
            let text = UnsafeRawBufferPointer(rebasing: all[range.start..<range.end])
            // Nearly all are in lower case. A checked string has no bytes that this bit would turn into digits.
            return UUIDText.parse(text) ?? text.map { $0 | 0x20 }.withUnsafeBytes { UUIDText.parse($0) }
        }
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
