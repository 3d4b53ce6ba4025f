extension JSONReader {
    /// Reads the key of the next field of the object begun last, and its colon. Returns nil after reading the `}` of the object.
    ///
    /// In one object use this or ``nextField(of:)``, not both.
    /// - Throws: ``FlxError/Code/malformed`` for broken syntax and for a repeated key, unless repetition is allowed.
    @_lifetime(self: copy self)
    public mutating func nextKey() throws(FlxError) -> String? {
        guard let key = try nextRawKey() else { return nil }
        try note(key)
        return text(of: key)
    }

    /// Reads the next known field and its colon, and returns the field's index. Returns nil after reading the `}` of the object.
    ///
    /// Unknown fields are checked completely and skipped. The caller reads or skips one value for each index.
    /// - Throws: ``FlxError/Code/malformed`` for broken syntax and for a repeated field, unless repetition is allowed.
    @_lifetime(self: copy self)
    public mutating func nextField(of fields: JSONFields) throws(FlxError) -> Int? {
        while let member = try nextMember(of: fields) {
            switch member {
            case .known(let index): return index
            case .unknown: try skipValue()
            }
        }
        return nil
    }

    /// A field of an object: a known one, or the name of another one.
    enum Member {
        case known(Int)
        case unknown(StringRange)
    }

    /// As ``nextField(of:)``, but stops at unknown fields too: the caller reads or skips one value for each field.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func nextMember(of fields: JSONFields) throws(FlxError) -> Member? {
        guard try nextQuote() else { return nil }
        let start = offset
        if let index = guess(fields) {
            try mark(index, at: start)
            return .known(index)
        }
        let key = try scanString(limit: limits.maximumKeyBytes)
        try readColon()
        if let index = find(key, in: fields) {
            try mark(index, at: start)
            return .known(index)
        }
        try note(key)
        return .unknown(key)
    }

    /// An error for a required field that is missing in the object, after its end.
    public func missing(_ field: String) -> FlxError {
        failure(.typeMismatch, "the field '\(field)' is missing")
    }

    /// As ``nextKey()``, but leaves the key in place and duplicates to the caller.
    @_lifetime(self: copy self)
    mutating func nextRawKey() throws(FlxError) -> StringRange? {
        guard try nextQuote() else { return nil }
        let key = try scanString(limit: limits.maximumKeyBytes)
        try readColon()
        return key
    }

    /// Goes to the opening quote of the next key; false when the object has ended.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func nextQuote() throws(FlxError) -> Bool {
        skipSpace()
        let byte = current
        if byte == UInt8(ascii: "}") {
            close()
            objects.close()
            return false
        }
        if isFresh {
            isFresh = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw unexpectedByte("',' or '}' after a field") }
            offset += 1
            skipSpace()
        }
        guard current == UInt8(ascii: "\"") else { throw unexpectedByte("a key in quotes") }
        return true
    }

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func readColon() throws(FlxError) {
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw unexpectedByte("':' after a key") }
        offset += 1
    }

    /// Compares the text with the next field in order and some fields after it, since fields may be absent.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func guess(_ fields: JSONFields) -> Int? {
        var index = objects.frame.expected
        let end = min(index + 12, fields.fields.count)
        while index < end {
            let field = fields.fields[index]
            if matches(field, fields.words) {
                offset += field.byteCount
                return index
            }
            index += 1
        }
        return nil
    }

    @inline(__always)
    private func matches(_ field: JSONFields.Field, _ words: [UInt64]) -> Bool {
        var place = offset
        var index = field.firstWord
        let end = index + field.fullWords
        guard place + (field.fullWords + 1) * 8 <= bytes.byteCount else { return false }
        while index < end {
            guard word(place) == words[index] else { return false }
            place += 8
            index += 1
        }
        return field.tailMask == 0 || word(place) & field.tailMask == words[index]
    }

    /// Finds a key among the names by scan or by table.
    private func find(_ key: StringRange, in fields: JSONFields) -> Int? {
        if let table = fields.indexByName { return table[ExactText(text(of: key))] }
        if key.hasEscapes {
            let name = text(of: key)
            return fields.names.firstIndex { ExactText.same($0, name) }
        }
        for (index, field) in fields.fields.enumerated() where field.byteCount == key.count + 3 {
            if equals(key, fields.names[index]) { return index }
        }
        return nil
    }

    private func equals(_ key: StringRange, _ name: String) -> Bool {
        var place = key.start
        for byte in name.utf8 {
            guard self.byte(place) == byte else { return false }
            place += 1
        }
        return true
    }

    /// Notes a known field.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func mark(_ index: Int, at start: Int) throws(FlxError) {
        objects.frame.expected = index + 1
        guard index < 64 else {
            return try note(rescan(from: start))
        }
        let bit: UInt64 = 1 << UInt64(index)
        if objects.frame.seen & bit != 0, duplicates == .refused { throw duplicate(at: start) }
        objects.frame.seen |= bit
    }

    /// Notes a key of the innermost object.
    @_lifetime(self: copy self)
    mutating func note(_ key: StringRange) throws(FlxError) {
        guard duplicates == .refused else { return }
        let print = fingerprint(key)
        let count = objects.keys.count - objects.frame.firstKey
        if objects.keys.capacity == 0 { objects.keys.reserveCapacity(24) }
        if count < ObjectLedger.manyKeys {
            for index in objects.frame.firstKey..<objects.keys.count {
                let other = objects.keys[index]
                if other.print == print, same(key, other.offset) { throw duplicate(at: key.quote) }
            }
            objects.keep(.init(print: print, offset: key.quote))
            return
        }
        if count == ObjectLedger.manyKeys {
            let offsets = objects.keys[objects.frame.firstKey...].map(\.offset)
            objects.makeLarge(offsets.map { (hash(rescan(from: $0)), $0) })
            objects.keys.append(.init(print: print, offset: key.quote))
        }
        if let other = objects.keepLarge(hash(key), at: key.quote), same(key, other) { throw duplicate(at: key.quote) }
    }

    private func same(_ key: StringRange, _ quote: Int) -> Bool {
        let other = rescan(from: quote)
        if !key.hasEscapes, !other.hasEscapes {
            guard key.count == other.count else { return false }
            for index in 0..<key.count where byte(key.start + index) != byte(other.start + index) { return false }
            return true
        }
        return ExactText.same(text(of: key), text(of: other))
    }

    /// A number; equal keys have the same one.
    private func fingerprint(_ key: StringRange) -> UInt64 {
        guard key.hasEscapes else {
            return bytes.withUnsafeBytes { Self.fingerprint(UnsafeRawBufferPointer(rebasing: $0[key.start..<key.end])) }
        }
        var text = text(of: key)
        return text.withUTF8 { Self.fingerprint(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    private static func fingerprint(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var print = UInt64(key.count)
        var index = 0
        while index + 8 <= key.count {
            print = (print << 7 | print >> 57) ^ key.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < key.count {
            print = (print << 7 | print >> 57) ^ UInt64(key[index])
            index += 1
        }
        return print
    }

    private func hash(_ key: StringRange) -> Int {
        var hasher = Hasher()
        if key.hasEscapes {
            var text = text(of: key)
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        } else {
            bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[key.start..<key.end])) }
        }
        return hasher.finalize()
    }

    private func duplicate(at quote: Int) -> FlxError {
        FlxError(.malformed, "the key '\(text(of: rescan(from: quote)))' occurs in the object twice", at: location(at: quote))
    }
}
