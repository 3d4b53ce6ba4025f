internal import OrderedCollections

extension EventValue: ExpressibleByNilLiteral {
    /// `nil` is `null`.
    public init(nilLiteral: ()) { self = .null }
}

extension EventValue: ExpressibleByBooleanLiteral {
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension EventValue: ExpressibleByIntegerLiteral {
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .number(JSONNumber(integerLiteral: value)) }
}

extension EventValue: ExpressibleByFloatLiteral {
    /// A number with its shortest text.
    public init(floatLiteral value: Double) { self = .number(JSONNumber(floatLiteral: value)) }
}

extension EventValue: ExpressibleByStringInterpolation {
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension EventValue: ExpressibleByArrayLiteral {
    /// Values in order.
    public init(arrayLiteral elements: EventValue...) { self = .array(elements) }
}

extension EventValue: ExpressibleByDictionaryLiteral {
    /// Fields in order; of two with one key the last one counts.
    public init(dictionaryLiteral elements: (String, EventValue)...) {
        self = .object(.init(elements.map { (ExactText($0), $1) }, uniquingKeysWith: { _, last in last }))
    }
}
