/// A writer of compact JSON, straight to bytes. It adds commas and colons itself.
///
/// To write many texts without further allocations, keep one and empty it with ``removeAll(keepingCapacity:)``.
public struct JSONWriter: ~Copyable {
    var buffer: ByteBuffer
    /// The number of open arrays and objects.
    public private(set) var depth = 0
    /// The maximum number of open arrays and objects.
    private(set) var maximumDepth = JSONLimits.standard.maximumDepth
    /// The greatest number of arrays and objects open at a time.
    private var deepest = 0
    /// The lengths in bytes of the longest key and the longest number, among those too long for a standard reader.
    private var (longKey, longNumber) = (0, 0)
    /// The kind of the last part written.
    private var last = Last.opening
    /// True if the text is no JSON: a type continued after a failed value, or wrote two values in place of one.
    private var isBroken = false

    /// Makes an empty writer, with room for a number of bytes.
    public init(capacity: Int = 0) {
        buffer = ByteBuffer(capacity: capacity)
    }

    /// Creates an empty writer for documents around the data of events; these are nested deeper than the data.
    package init(maximumDepth: Int) {
        self.init(capacity: 512)
        self.maximumDepth = min(maximumDepth, JSONLimits.deepest)
    }

    /// A copy of the bytes written so far.
    public var bytes: [UInt8] { buffer.copy() }

    /// The number of bytes written so far.
    public var count: Int { buffer.count }

    /// Removes all bytes. Keeps the memory on request.
    public mutating func removeAll(keepingCapacity: Bool = false) {
        if keepingCapacity { buffer.truncate(to: 0) } else { buffer = ByteBuffer(capacity: 0) }
        (depth, deepest, longKey, longNumber) = (0, 0, 0, 0)
        (last, isBroken) = (.opening, false)
    }

    /// Ends the writing, and gives the bytes.
    public consuming func finish() -> [UInt8] { buffer.copy() }

    /// Writes `{`.
    public mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Writes `}`.
    public mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Writes `[`.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Writes `]`.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Writes the key of a field. Its value must follow.
    public mutating func key(_ name: String) {
        let start = buffer.count + (last == .value ? 1 : 0)
        if last == .key { isBroken = true }
        put(quoted: name)
        let length = buffer.count - start - 2
        if length > JSONLimits.standard.maximumKeyBytes { longKey = max(longKey, length) }
        buffer.put(UInt8(ascii: ":"))
        last = .key
    }

    /// Writes a text in quotes, with the necessary escapes only.
    public mutating func write(_ value: String) { put(quoted: value) }

    /// Writes `null`.
    public mutating func writeNull() { write(numberText: "null") }

    /// Writes `true` or `false`.
    public mutating func write(_ value: Bool) { write(numberText: value ? "true" : "false") }

    /// Writes a value in JSON form, such as a stored payload. The bytes are not checked: see ``JSONReader/copyValue()``.
    public mutating func writeRaw(json: [UInt8]) {
        json.withUnsafeBytes { bytes in
            separate(reserving: bytes.count)
            buffer.put(bytes)
        }
    }

    /// Writes the shortest number that reads back as the same `Double`.
    /// - Throws: ``FlxError/Code/invalidValue`` for NaN and infinity: they are outside JSON.
    public mutating func write(_ value: Double) throws(FlxError) {
        guard value.isFinite else { throw refused(value) }
        write(numberText: value.description)
    }

    /// The error for a number outside JSON, with the place of the number.
    mutating func refused(_ value: some Any) -> FlxError {
        _ = gap()
        isBroken = true
        return FlxError(.invalidValue, "\(value) cannot be written: JSON has no such number")
    }

    /// Writes a number, or another word without quotes.
    @usableFromInline
    mutating func write(numberText: String) {
        Self.withBytes(of: numberText) { bytes in
            if bytes.count > JSONLimits.standard.maximumNumberBytes { longNumber = max(longNumber, bytes.count) }
            separate(reserving: bytes.count)
            buffer.put(bytes)
        }
    }

    /// Checks the written text against the limits of a standard reader, except for its length.
    /// - Parameter outer: The number of open arrays and objects around the text.
    /// - Throws: ``FlxError/Code/limitExceeded`` for nesting that is too deep, and for a key or a number that is too long;
    ///   ``FlxError/Code/invalidValue`` for a text outside JSON, since a type ignored an error.
    func check(within outer: Int = 0) throws(FlxError) {
        let limits = JSONLimits.standard
        guard !isBroken, last == .value, depth == 0 else {
            throw FlxError(.invalidValue, "a value was not written, and its type went on as if it were: it must write one value, or throw")
        }
        guard deepest + outer <= maximumDepth else { throw tooDeep }
        guard longKey == 0 else {
            throw FlxError(.limitExceeded, "a key has \(longKey) bytes: at most \(limits.maximumKeyBytes) are allowed")
        }
        guard longNumber == 0 else {
            throw FlxError(.limitExceeded, "a number has \(longNumber) bytes: at most \(limits.maximumNumberBytes) are allowed")
        }
    }

    /// The error for a value nested too deeply.
    var tooDeep: FlxError {
        FlxError(.limitExceeded, "the value cannot be written: arrays and objects are nested deeper than \(maximumDepth) levels")
    }

    /// The text written by a function, for a place in the open array or object.
    @usableFromInline
    mutating func part(_ write: (inout JSONWriter) throws(FlxError) -> Void) throws(FlxError) -> [UInt8] {
        var part = JSONWriter(capacity: 64)
        try write(&part)
        deepest = max(deepest, depth + part.deepest)
        (longKey, longNumber) = (max(longKey, part.longKey), max(longNumber, part.longNumber))
        if part.isBroken || part.last != .value || part.depth != 0 { isBroken = true }
        return part.finish()
    }

    /// Writes an internal text without escapes, between quotes. A function writes it into memory and returns its length.
    package mutating func write(ascii room: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int) {
        separate(reserving: room + 2)
        buffer.put(UInt8(ascii: "\""))
        buffer.put(upTo: room, write)
        buffer.put(UInt8(ascii: "\""))
    }

    /// Writes an internal text without escapes, between quotes.
    package mutating func writeUnescaped(_ text: some Collection<UInt8>) {
        write(ascii: text.count) { UnsafeMutableRawBufferPointer($0).copyBytes(from: text); return text.count }
    }

    /// Leaves a place for a value known later. Returns its offset.
    mutating func gap() -> Int {
        separate(reserving: 0)
        return buffer.count
    }

    /// True if the next value follows another one.
    var isBehindValue: Bool { last == .value }

    /// A kind of written parts.
    fileprivate enum Last: UInt8 {
        /// The opening bracket of an array or an object, or nothing.
        case opening
        /// A key: its value must follow.
        case key
        /// A value: the next one needs a comma.
        case value
    }

    /// The progress of a writer.
    struct Mark {
        let count: Int
        fileprivate let depth, deepest, longKey, longNumber: Int
        fileprivate let last: Last
        fileprivate let isBroken: Bool
    }

    /// The progress of the writing.
    var mark: Mark {
        Mark(
            count: buffer.count, depth: depth, deepest: deepest, longKey: longKey, longNumber: longNumber, last: last, isBroken: isBroken)
    }

    /// Removes the text after a mark.
    mutating func restore(_ mark: Mark) {
        buffer.truncate(to: mark.count)
        (depth, deepest, longKey, longNumber) = (mark.depth, mark.deepest, mark.longKey, mark.longNumber)
        (last, isBroken) = (mark.last, mark.isBroken)
    }

    /// Puts other bytes for all from an offset on.
    mutating func replace(from offset: Int, by other: [UInt8]) {
        buffer.truncate(to: offset)
        buffer.reserve(other.count)
        other.withUnsafeBytes { buffer.put($0) }
    }

    private mutating func open(_ bracket: UInt8) {
        separate(reserving: 1)
        buffer.put(bracket)
        last = .opening
        depth += 1
        deepest = max(deepest, depth)
    }

    private mutating func close(_ bracket: UInt8) {
        buffer.reserve(1)
        buffer.put(bracket)
        if last == .key { isBroken = true }
        last = .value
        depth -= 1
    }

    /// Writes the comma after the preceding value, if necessary, and makes room for the value.
    @inline(__always)
    private mutating func separate(reserving room: Int) {
        buffer.reserve(room + 1)
        if last == .value {
            buffer.put(UInt8(ascii: ","))
            // Beside a whole text there is no other one.
            if depth == 0 { isBroken = true }
        }
        last = .value
    }
}

extension JSONWriter {
    /// Writes an integer of any size.
    @inlinable
    public mutating func writeInteger<T: FixedWidthInteger>(_ value: T) {
        guard T.bitWidth <= 64 else { return write(numberText: String(value)) }
        write(isNegative: value < 0, magnitude: UInt64(truncatingIfNeeded: value.magnitude))
    }

    /// Writes a value in its own way.
    @inlinable
    public mutating func write<T: JSONWritable>(_ value: T) throws(FlxError) {
        try value.write(to: &self)
    }

    /// Writes the key and value of a field; an absent optional is `null`.
    @inlinable
    public mutating func field<T: JSONWritable>(_ name: String, _ value: T) throws(FlxError) {
        key(name)
        try value.write(to: &self)
    }

    /// Writes a number of up to 64 bits.
    @usableFromInline
    mutating func write(isNegative: Bool, magnitude: UInt64) {
        separate(reserving: 20)
        if isNegative { buffer.put(UInt8(ascii: "-")) }
        var count = 1
        var limit: UInt64 = 10
        // 10^19 is the greatest power of ten within the type.
        while magnitude >= limit {
            count += 1
            if count == 20 { break }
            limit *= 10
        }
        buffer.put(upTo: count) { digits in
            var rest = magnitude
            for index in stride(from: count - 1, through: 0, by: -1) {
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return count
        }
    }
}

extension JSONWriter {
    /// Writes characters between quotes, escaped, after a comma if necessary. Leaves room for one byte more.
    @inline(__always)
    private mutating func put(quoted text: String) {
        Self.withBytes(of: text) { source in
            separate(reserving: source.count + 11)
            buffer.put(UInt8(ascii: "\""))
            let plain = buffer.putPlain(source)
            if plain < source.count { putEscaping(UnsafeRawBufferPointer(rebasing: source[plain...])) }
            buffer.put(UInt8(ascii: "\""))
        }
    }

    /// Writes characters; the first one needs an escape. Leaves room for two bytes more.
    @inline(never)
    private mutating func putEscaping(_ source: UnsafeRawBufferPointer) {
        // No escape is longer than six bytes for one.
        buffer.reserve(source.count * 6 + 10)
        var rest = source
        while let byte = rest.first {
            buffer.put(UInt8(ascii: "\\"))
            let letter = JSONEscapes.letter(for: byte)
            buffer.put(letter)
            if letter == UInt8(ascii: "u") {
                for digit in [0, 0, byte >> 4, byte & 15] {
                    buffer.put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
                }
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(buffer.putPlain(rest)))
        }
    }

    /// The UTF-8 of a string. It is in memory on every platform, except for strings from Objective-C.
    @inline(__always)
    private static func withBytes(of text: String, _ body: (UnsafeRawBufferPointer) -> Void) {
        if text.utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) == nil {
            var copy = text
            copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        }
    }
}
