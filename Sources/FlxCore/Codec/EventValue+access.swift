public import OrderedCollections

extension EventValue {
    /// The text of a string.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The value of `true` or `false`.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number, exact.
    public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }

    /// The value, if it is a whole number in the range of `Int`.
    public var int: Int? { number?.int64.flatMap { Int(exactly: $0) } }

    /// The nearest `Double` of a number.
    public var double: Double? { number?.double }

    /// The elements of an array.
    public var array: [EventValue]? { if case .array(let value) = self { value } else { nil } }

    /// The fields of an object.
    public var object: OrderedDictionary<ExactText, EventValue>? { if case .object(let value) = self { value } else { nil } }

    /// True if the value is `null`.
    public var isNull: Bool { self == .null }

    /// The kind of the value.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The value of a field; nil if there is none or this is no object.
    ///
    /// Setting a field of anything but an object makes it an object first; setting nil removes the field.
    public subscript(key: String) -> EventValue? {
        get { self[ExactText(key)] }
        _modify { yield &self[ExactText(key)] }
    }

    /// The value of a field, as under a `String`.
    public subscript(key: ExactText) -> EventValue? {
        get { if case .object(let fields) = self { fields[key] } else { nil } }
        set {
            var fields = object ?? [:]
            self = .null
            fields[key] = newValue
            self = .object(fields)
        }
    }

    /// An element of an array; nil beyond its ends or if this is no array.
    public subscript(index: Int) -> EventValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    /// The value at a JSON pointer (RFC 6901), such as `/items/0/price`; nil if there is none. The empty pointer is the value itself.
    public subscript(pointer pointer: String) -> EventValue? {
        guard !pointer.isEmpty else { return self }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var value = self
        for token in pointer.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let name = JSONPointer.unescaped(Substring(token)), let next = value.child(name) else { return nil }
            value = next
        }
        return value
    }

    private func child(_ name: String) -> EventValue? {
        switch self {
        case .object(let fields): return fields[name]
        case .array:
            // An index has no sign and no leading zero.
            guard let index = Int(name), String(index) == name, index >= 0 else { return nil }
            return self[index]
        default: return nil
        }
    }
}

extension EventValue {
    /// The value of a whole number.
    public static func int(_ value: some FixedWidthInteger) -> EventValue { .number(JSONNumber(value)) }

    /// The value of a number; nil for NaN and infinity.
    public init?(_ value: Double) {
        guard let number = JSONNumber(value) else { return nil }
        self = .number(number)
    }
}

extension EventValue: CustomStringConvertible {
    /// The value as compact JSON, or a sentence saying so if it is nested too deeply for JSON.
    public var description: String {
        do { return String(decoding: try json(), as: UTF8.self) } catch { return error.message }
    }
}
