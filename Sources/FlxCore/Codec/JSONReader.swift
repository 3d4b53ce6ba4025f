/// A strict reader of RFC 8259 texts: a cursor over bytes owned by its caller.
///
/// The caller asks for each next value. The reader checks everything it passes, also skipped values: UTF-8, the grammar, nesting, duplicate
/// keys, limits. It allocates only the strings and arrays it returns. After an error its place is the place of the error, and it must not
/// be used again. Ask each value exactly once: after ``nextKey()``, ``nextField(of:)`` or a true ``nextElement()`` one value is read or
/// skipped.
public struct JSONReader: ~Escapable {
    let bytes: RawSpan
    let limits: JSONLimits
    @usableFromInline let duplicates: DuplicateKeys
    /// The next byte.
    var offset = 0
    var depth = 0
    /// The last byte read opened an array or object: no comma precedes its first member.
    var isFresh = false
    /// White space passed so far, in bytes: shows if a value can be copied without change.
    var spaces = 0
    var objects = ObjectLedger()

    /// Starts at the first byte of a text.
    /// - Throws: ``FlxError/Code/limitExceeded`` if the text is longer than the limits allow.
    @_lifetime(copy bytes)
    public init(
        _ bytes: Span<UInt8>, limits: JSONLimits = .standard, duplicates: DuplicateKeys = .refused
    ) throws(FlxError) {
        guard bytes.count <= limits.maximumBytes else {
            throw FlxError(.limitExceeded, "the JSON text has \(bytes.count) bytes: at most \(limits.maximumBytes) are allowed")
        }
        self.bytes = bytes.bytes
        self.limits = limits
        self.duplicates = duplicates
    }

    /// The kind of the next value. The value stays unread.
    /// - Throws: ``FlxError/Code/malformed`` if no value starts.
    @_lifetime(self: copy self)
    public mutating func peek() throws(FlxError) -> JSONKind {
        skipSpace()
        guard let kind = JSONKind(firstByte: current) else { throw unexpected("a value") }
        return kind
    }

    /// Reads the `{` of an object. Its fields follow by ``nextKey()`` or ``nextField(of:)`` until these return nil.
    @_lifetime(self: copy self)
    public mutating func beginObject() throws(FlxError) {
        skipSpace()
        guard current == UInt8(ascii: "{") else { throw unexpected("an object") }
        try open()
        objects.open()
    }

    /// Reads the `[` of an array. Each element follows after a true ``nextElement()``.
    @_lifetime(self: copy self)
    public mutating func beginArray() throws(FlxError) {
        skipSpace()
        guard current == UInt8(ascii: "[") else { throw unexpected("an array") }
        try open()
    }

    /// Goes to the next element of the array begun last; false when it has ended, its `]` read.
    @_lifetime(self: copy self)
    public mutating func nextElement() throws(FlxError) -> Bool {
        skipSpace()
        let byte = current
        if byte == UInt8(ascii: "]") {
            close()
            return false
        }
        if isFresh {
            isFresh = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw unexpectedByte("',' or ']' after an element") }
            offset += 1
        }
        return true
    }

    /// Reads `null` if it is next. For any other value it reads nothing and returns false.
    @_lifetime(self: copy self)
    public mutating func readNull() throws(FlxError) -> Bool {
        skipSpace()
        guard current == UInt8(ascii: "n") else { return false }
        try readWord(0x6C6C_756E, "null")
        return true
    }

    /// Reads `true` or `false`.
    @_lifetime(self: copy self)
    public mutating func readBool() throws(FlxError) -> Bool {
        skipSpace()
        switch current {
        case UInt8(ascii: "t"):
            try readWord(0x6575_7274, "true")
            return true
        case UInt8(ascii: "f"):
            offset += 1
            try readWord(0x6573_6C61, "false")
            return false
        default: throw unexpected("a boolean")
        }
    }

    /// Checks that only white space follows.
    @_lifetime(self: copy self)
    public mutating func readEnd() throws(FlxError) {
        skipSpace()
        guard offset == bytes.byteCount else { throw unexpectedByte("the end of the text") }
    }
}

extension JSONReader {
    /// The next byte, or 0 at the end: no value and no punctuation is 0.
    @inline(__always)
    var current: UInt8 {
        offset < bytes.byteCount ? bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) : 0
    }

    /// A byte inside the text.
    @inline(__always)
    func byte(_ index: Int) -> UInt8 {
        bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// Eight bytes inside the text, the first one lowest. Unchecked: each caller has compared the place with the length just before.
    @inline(__always)
    func word(_ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self))
    }

    /// Passes blanks, tabs and line ends.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func skipSpace() {
        if current <= 0x20 { skipSpaces() }
    }

    @inline(never)
    @_lifetime(self: copy self)
    private mutating func skipSpaces() {
        let start = offset
        while offset < bytes.byteCount {
            switch byte(offset) {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default:
                spaces += offset - start
                return
            }
        }
        spaces += offset - start
    }

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func open() throws(FlxError) {
        guard depth < limits.maximumDepth, depth < JSONLimits.deepest else {
            let limit = min(limits.maximumDepth, JSONLimits.deepest)
            throw failure(.limitExceeded, "arrays and objects are nested deeper than \(limit) levels")
        }
        depth += 1
        offset += 1
        isFresh = true
    }

    /// Reads the closing bracket of an array or object.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func close() {
        depth -= 1
        offset += 1
        isFresh = false
    }

    /// Reads the last four letters of a literal.
    @_lifetime(self: copy self)
    private mutating func readWord(_ letters: UInt32, _ literal: String) throws(FlxError) {
        guard offset + 4 <= bytes.byteCount,
            UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)) == letters
        else { throw failure(.malformed, "expected the literal \(literal)") }
        offset += 4
    }
}
