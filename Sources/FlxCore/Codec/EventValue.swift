public import OrderedCollections

/// Any JSON value. Numbers keep their text, objects the order of their keys. Texts and keys are compared by their bytes.
public enum EventValue: Sendable {
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
    case object(OrderedDictionary<ExactText, EventValue>)
}

extension EventValue: Hashable {
    /// The same kind with the same content, fields in the same order. Texts are compared byte for byte.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): ExactText.same(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    /// Equal for equal values.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        switch self {
        case .null: break
        case .bool(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combine(ExactText(value))
        case .array(let elements): hasher.combine(elements)
        case .object(let fields): hasher.combine(fields)
        }
    }
}

extension EventValue: JSONCodable {
    /// Writes the value.
    /// - Throws: ``FlxError/Code/limitExceeded`` if arrays and objects are nested deeper than a standard reader accepts.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        switch self {
        case .null: json.writeNull()
        case .bool(let value): json.write(value)
        case .number(let value): json.write(numberText: value.text)
        case .string(let value): json.write(value)
        case .array(let elements):
            guard json.depth < json.maximumDepth else { throw json.tooDeep }
            json.beginArray()
            for element in elements { try element.write(to: &json) }
            json.endArray()
        case .object(let fields):
            guard json.depth < json.maximumDepth else { throw json.tooDeep }
            json.beginObject()
            for (key, value) in fields {
                json.key(key.description)
                try value.write(to: &json)
            }
            json.endObject()
        }
    }

    /// Reads any value. If duplicate keys are allowed, the last one counts.
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
}

extension OrderedDictionary: JSONWritable where Key: JSONKey, Value: JSONWritable {
    /// Writes an object in its own order.
    public func write(to json: inout JSONWriter) throws(FlxError) {
        json.beginObject()
        for (key, value) in self { try json.field(key.jsonKey, value) }
        json.endObject()
    }
}

extension OrderedDictionary: JSONReadable where Key: JSONKey, Value: JSONReadable {
    /// Reads an object and keeps its order.
    /// - Throws: Besides the usual, ``FlxError/Code/typeMismatch`` for two keys that differ only as ``ExactText``.
    public init(json: inout JSONReader) throws(FlxError) {
        self = [:]
        try json.beginObject()
        while let range = try json.nextRawKey() {
            let key = json.text(of: range)
            let place = count
            let value = try Value(json: &json)
            updateValue(value, forKey: Key(jsonKey: key))
            guard count == place, json.duplicates == .refused else { continue }
            // The dictionary's own keys serve as the memory of keys seen, so no reader keeps a second one.
            let known = self.keys.first { $0 == Key(jsonKey: key) }?.jsonKey ?? key
            guard ExactText.same(known, key) else { throw json.lookAlike(key) }
            throw FlxError(.malformed, "the key '\(key)' occurs in the object twice", at: json.location(at: range.quote))
        }
    }
}
