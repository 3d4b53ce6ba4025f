internal import OrderedCollections

extension EventValue: Codable {
    /// Writes the value to any encoder. Numbers become the narrowest sufficient type of Int64, UInt64 and Double; our encoder keeps every
    /// number.
    /// - Throws: `EncodingError` for a number outside all three types.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let fields):
            var container = encoder.container(keyedBy: PathKey.self)
            for (key, value) in fields { try container.encode(value, forKey: PathKey(key.description)) }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .bool(let value): try container.encode(value)
            case .string(let value): try container.encode(value)
            case .number(let value): try value.encode(into: &container)
            default: try container.encodeNil()
            }
        }
    }

    /// Reads the value from any decoder. Ours keeps numbers and the order of keys; others may not.
    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: PathKey.self) {
            var fields: OrderedDictionary<ExactText, EventValue> = [:]
            for key in container.allKeys { fields[key.stringValue] = try container.decode(EventValue.self, forKey: key) }
            self = .object(fields)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [EventValue] = []
            while !container.isAtEnd { elements.append(try container.decode(EventValue.self)) }
            self = .array(elements)
        } else {
            self = try Self.scalar(decoder.singleValueContainer())
        }
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> EventValue {
        if container.decodeNil() { return .null }
        if let value = try? container.decode(Bool.self) { return .bool(value) }
        if let value = try? container.decode(Int64.self) { return .int(value) }
        if let value = try? container.decode(UInt64.self) { return .int(value) }
        if let value = try? container.decode(Double.self), let number = JSONNumber(value) { return .number(number) }
        return .string(try container.decode(String.self))
    }
}

extension JSONNumber {
    fileprivate func encode(into container: inout any SingleValueEncodingContainer) throws {
        // −0 is a whole number, but no integer type keeps its sign.
        if text.utf8.first != UInt8(ascii: "-") || int64 != 0 {
            if let int64 { return try container.encode(int64) }
            if let uint64 { return try container.encode(uint64) }
        }
        guard let double, ExactDecimal(number: double.description) == ExactDecimal(self) else {
            let context = EncodingError.Context(codingPath: container.codingPath, debugDescription: "the number \(text) fits no type")
            throw EncodingError.invalidValue(self, context)
        }
        try container.encode(double)
    }
}
