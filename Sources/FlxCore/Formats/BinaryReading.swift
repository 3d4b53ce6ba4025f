internal import OrderedCollections

/// Reads values from a binary format, with bounded depth. Memory is allocated only for bytes that are present.
struct BinaryReading<Format: BinaryFormat> {
    var cursor: ByteCursor
    let foreign: ForeignValues
    let limits: JSONLimits
    private var depth = 0

    init(cursor: ByteCursor, foreign: ForeignValues, limits: JSONLimits) {
        self.cursor = cursor
        self.foreign = foreign
        self.limits = limits
    }

    /// Reads the next value, one level below the current one.
    mutating func readValue(depth: Int) throws(FlxError) -> EventValue {
        let outer = self.depth
        self.depth = depth
        defer { self.depth = outer }
        let item = try Format.read(from: &cursor)
        switch item {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .unsigned(let value): return .int(value)
        case .negative(let value): return .number(ExactNumber.negative(value).json)
        case .double(let value):
            guard let number = EventValue(value) else { throw cursor.failure(.typeMismatch, "\(value) is no number of JSON") }
            return number
        case .text(let count): return .string(try readText(count))
        case .array(let count): return .array(try readArray(count))
        case .map(let count): return .object(try readMap(count))
        case .tag(let tag, let count): return try readTagged(tag, count)
        case .undefined:
            guard foreign == .nearest else { throw refused("undefined") }
            return .null
        case .bytes(let count):
            let bytes = try readBytes(count)
            guard foreign == .nearest else { throw refused("a string of \(bytes.count) bytes") }
            return .string(Base64.text(of: bytes))
        case .end: throw cursor.failure(.malformed, "a break is in the place of a value")
        }
    }

    /// The value inside a tag: it has the same limit of depth as the tag.
    mutating func readInner() throws(FlxError) -> EventValue {
        try readValue(depth: try deeper())
    }

    /// The error for an item without a value in JSON.
    func refused(_ what: String) -> FlxError {
        cursor.failure(.typeMismatch, "\(what) is no value of JSON, so it cannot be kept as it is; ask for the nearest value to read it")
    }

    private mutating func readTagged(_ tag: UInt64, _ count: Int?) throws(FlxError) -> EventValue {
        try Format.readTagged(tag, count: count, by: &self)
    }

    /// The level below this one.
    private func deeper() throws(FlxError) -> Int {
        let limit = min(limits.maximumDepth, JSONLimits.deepest)
        guard depth < limit else { throw cursor.failure(.limitExceeded, "values are nested deeper than \(limit) levels") }
        return depth + 1
    }

    private mutating func readArray(_ count: Int?) throws(FlxError) -> [EventValue] {
        let inner = try deeper()
        var elements: [EventValue] = []
        if let count { elements.reserveCapacity(min(count, 1024)) }
        while try hasNext(elements.count, of: count) {
            do { elements.append(try readValue(depth: inner)) } catch { throw error.under("\(elements.count)") }
        }
        return elements
    }

    private mutating func readMap(_ count: Int?) throws(FlxError) -> OrderedDictionary<ExactText, EventValue> {
        let inner = try deeper()
        var fields: OrderedDictionary<ExactText, EventValue> = [:]
        if let count { fields.reserveCapacity(min(count, 256)) }
        while try hasNext(fields.count, of: count) {
            let key = try readKey()
            let value: EventValue
            do { value = try readValue(depth: inner) } catch { throw error.under(key) }
            guard fields.updateValue(value, forKey: ExactText(key)) == nil else {
                throw cursor.failure(.malformed, "the key '\(key.prefix(80))' occurs in a map twice")
            }
        }
        return fields
    }

    private mutating func readKey() throws(FlxError) -> String {
        guard case .text(let count) = try Format.read(from: &cursor) else {
            throw cursor.failure(.typeMismatch, "a key of a map is no text, and JSON has no other keys")
        }
        let key = try readText(count)
        if let reason = limits.refusal(ofKey: key) { throw cursor.failure(.limitExceeded, reason) }
        return key
    }

    /// Returns true if another element follows. Passes the break at the end of an open count.
    private mutating func hasNext(_ done: Int, of count: Int?) throws(FlxError) -> Bool {
        if let count { return done < count }
        guard cursor.peek() == 0xFF else { return true }
        _ = try cursor.byte()
        return false
    }

    private mutating func readText(_ count: Int?) throws(FlxError) -> String {
        if let count { return try cursor.text(count) }
        var text = ""
        while try hasNext(0, of: nil) {
            guard case .text(let count?) = try Format.read(from: &cursor) else {
                throw cursor.failure(.malformed, "a text in pieces has a piece that is no text")
            }
            text += try cursor.text(count)
        }
        return text
    }

    mutating func readBytes(_ count: Int?) throws(FlxError) -> [UInt8] {
        if let count { return Array(try cursor.take(count)) }
        var bytes: [UInt8] = []
        while try hasNext(0, of: nil) {
            guard case .bytes(let count?) = try Format.read(from: &cursor) else {
                throw cursor.failure(.malformed, "a string of bytes in pieces has a piece that is none")
            }
            bytes += try cursor.take(count)
        }
        return bytes
    }
}
