/// A writer of compact JSON, straight to bytes: commas and colons come by themselves.
///
/// Keep one and empty it with ``removeAll(keepingCapacity:)`` to write many texts without taking memory again.
public struct JSONWriter: ~Copyable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    /// How many arrays and objects are open.
    public private(set) var depth = 0
    /// A value was written last: the next one needs a comma.
    private var needsComma = false

    /// Makes an empty writer, with room for a number of bytes.
    public init(capacity: Int = 0) {
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    /// Forgets what was written; keeps the memory if asked to.
    public mutating func removeAll(keepingCapacity: Bool = false) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        depth = 0
        needsComma = false
    }

    /// Ends the writing, and gives the bytes without a copy.
    public consuming func finish() -> [UInt8] { bytes }

    /// Writes `{`.
    public mutating func beginObject() {
        open(UInt8(ascii: "{"))
    }

    /// Writes `}`.
    public mutating func endObject() {
        close(UInt8(ascii: "}"))
    }

    /// Writes `[`.
    public mutating func beginArray() {
        open(UInt8(ascii: "["))
    }

    /// Writes `]`.
    public mutating func endArray() {
        close(UInt8(ascii: "]"))
    }

    /// Writes the key of a field; its value comes next.
    public mutating func key(_ name: String) {
        separate()
        append(quoted: name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes `null`.
    public mutating func writeNull() {
        separate()
        append("null")
    }

    /// Writes `true` or `false`.
    public mutating func write(_ value: Bool) {
        separate()
        append(value ? "true" : "false")
    }

    /// Writes a text in quotes; only what must be escaped is.
    public mutating func write(_ value: String) {
        separate()
        append(quoted: value)
    }

    /// Writes a value that is JSON already, such as a stored payload. The bytes are believed: see ``JSONReader/copyValue()``.
    public mutating func writeRaw(json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Writes text of ours that needs no escape, between quotes.
    public mutating func writeUnescaped(_ value: some Sequence<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a number of up to 64 bits.
    @usableFromInline
    mutating func write(isNegative: Bool, magnitude: UInt64) {
        separate()
        append(isNegative: isNegative, magnitude: magnitude)
    }

    /// Writes a number whose text is known to be one.
    mutating func write(numberText: String) {
        separate()
        append(numberText)
    }

    /// Leaves a place for a value that is known later; its offset, for ``insert(_:at:)``.
    mutating func gap() -> Int {
        separate()
        return bytes.count
    }

    /// Puts the bytes of a value into a place that was left.
    mutating func insert(_ value: [UInt8], at gap: Int) {
        bytes.insert(contentsOf: value, at: gap)
    }

    /// Puts other bytes of the same meaning for all from an offset on.
    mutating func replace(from offset: Int, by other: [UInt8]) {
        bytes.replaceSubrange(offset..., with: other)
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
        depth -= 1
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

extension JSONWriter {
    /// Writes an integer of any size up to 64 bits.
    @inlinable
    public mutating func writeInteger<T: FixedWidthInteger>(_ value: T) {
        write(isNegative: value < 0, magnitude: UInt64(truncatingIfNeeded: value.magnitude))
    }

    /// Writes the shortest number that reads back as the same `Double`.
    /// - Throws: ``FlxError/Code/invalidValue`` for NaN and infinity, which JSON has no number for.
    public mutating func write(_ value: Double) throws(FlxError) {
        guard value.isFinite else { throw FlxError(.invalidValue, "\(value) cannot be written: JSON has no such number") }
        write(numberText: value.description)
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
}

extension JSONWriter {
    /// Appends characters as they are.
    @inline(__always)
    private mutating func append(_ text: String) {
        Self.withBytes(of: text) { bytes.append(contentsOf: $0) }
    }

    /// Appends characters between quotes, escaped.
    private mutating func append(quoted text: String) {
        Self.withBytes(of: text) { source in
            bytes.append(UInt8(ascii: "\""))
            if let first = Self.firstEscape(in: source, from: 0) {
                append(escaping: source, first: first)
            } else {
                bytes.append(contentsOf: source)
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    private mutating func append(escaping source: UnsafeBufferPointer<UInt8>, first: Int) {
        var start = 0
        var next: Int? = first
        while let index = next {
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[start..<index]))
            let byte = source[index]
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(JSONEscapes.letters[Int(byte)])
            if JSONEscapes.letters[Int(byte)] == UInt8(ascii: "u") {
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: [UInt8(ascii: "0"), UInt8(ascii: "0"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
            start = index + 1
            next = Self.firstEscape(in: source, from: start)
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[start...]))
    }

    /// The first byte from an index on that must be escaped.
    private static func firstEscape(in source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        let raw = UnsafeRawBufferPointer(source)
        while index + 8 <= source.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // Bytes beyond ASCII are marked too: they are cleared, and what they hide is looked for byte by byte.
            let special = JSONReader.specialBytes(of: word)
            if special != 0 {
                if special & word & 0x8080_8080_8080_8080 == 0 { return index + special.trailingZeroBitCount >> 3 }
                for place in index..<index + 8 where JSONEscapes.letters[Int(source[place])] != 0 { return place }
            }
            index += 8
        }
        while index < source.count {
            if JSONEscapes.letters[Int(source[index])] != 0 { return index }
            index += 1
        }
        return nil
    }

    private mutating func append(isNegative: Bool, magnitude: UInt64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var index = 20
            var rest = magnitude
            repeat {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if isNegative { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[index...]))
        }
    }

    /// The UTF-8 of a string, which is in memory on every platform but where it came from Objective-C.
    @inline(__always)
    private static func withBytes(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        if text.utf8.withContiguousStorageIfAvailable(body) == nil {
            var copy = text
            copy.withUTF8(body)
        }
    }
}
