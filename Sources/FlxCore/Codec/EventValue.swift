public import OrderedCollections

/// Any JSON value: numbers keep their text, objects the order of their keys.
public enum EventValue: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number of any size, exact.
    case number(JSONNumber)
    /// A text.
    case string(String)
    /// Values in order.
    case array([EventValue])
    /// Fields in order.
    case object(OrderedDictionary<String, EventValue>)
}

extension EventValue: JSONCodable {
    /// Writes the value.
    /// - Throws: ``FlxError/Code/limitExceeded`` where arrays and objects are nested deeper than a reader with standard limits accepts.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        switch self {
        case .null: json.writeNull()
        case .bool(let value): json.write(value)
        case .number(let value): json.write(numberText: value.text)
        case .string(let value): json.write(value)
        case .array(let elements):
            try Self.checkDepth(json.depth)
            json.beginArray()
            for element in elements { try element.write(to: &json) }
            json.endArray()
        case .object(let fields):
            try Self.checkDepth(json.depth)
            json.beginObject()
            for (key, value) in fields {
                json.key(key)
                try value.write(to: &json)
            }
            json.endObject()
        }
    }

    /// Reads any value. Where duplicate keys are allowed, the last one counts.
    public init(json: inout JSONReader) throws(FlxError) {
        switch try json.peek() {
        case .null:
            _ = try json.readNull()
            self = .null
        case .bool: self = .bool(try json.readBool())
        case .number: self = .number(try json.readNumber())
        case .string: self = .string(try json.readString())
        case .array: self = .array(try [EventValue](json: &json))
        case .object: self = .object(try OrderedDictionary(json: &json))
        }
    }

    private static func checkDepth(_ depth: Int) throws(FlxError) {
        let limit = JSONLimits.standard.maximumDepth
        guard depth < limit else {
            throw FlxError(.limitExceeded, "the value cannot be written: arrays and objects are nested deeper than \(limit) levels")
        }
    }
}

extension OrderedDictionary: JSONWritable where Key == String, Value: JSONWritable {
    /// Writes an object in its own order.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        for (key, value) in self { try json.field(key, value) }
        json.endObject()
    }
}

extension OrderedDictionary: JSONReadable where Key == String, Value: JSONReadable {
    /// Reads an object and keeps its order. Keys that differ only in their Unicode normal form are one key twice.
    public init(json: inout JSONReader) throws(FlxError) {
        self = [:]
        try json.beginObject()
        while let range = try json.nextRawKey() {
            let key = json.text(of: range)
            let value = try Value(json: &json)
            if updateValue(value, forKey: key) != nil, json.duplicates == .refused {
                throw FlxError(.malformed, "the key '\(key)' stands in the object twice", at: json.location(at: range.quote))
            }
        }
    }
}
