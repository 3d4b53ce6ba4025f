/// A JSON number, exactly as it is written: any size, any precision, `-0` and `1.50` as they are.
///
/// Two numbers are equal when their texts are: `1`, `1.0` and `1e0` are three. Compare ``int64`` or ``double`` to compare values.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number as RFC 8259 writes it.
    public let text: String

    /// Takes the text of a valid JSON number.
    init(checked text: String) { self.text = text }

    /// Makes a number of its text; nil if RFC 8259 has no such number or its text is longer than a reader accepts.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard var reader = try? JSONReader(bytes.span), let number = try? reader.readNumber(), number.text.utf8.count == bytes.count
        else { return nil }
        self.text = text
    }

    /// The number of an integer.
    public init<T: FixedWidthInteger>(_ value: T) { text = String(value) }

    /// Creates the shortest number that reads back as the same `Double`; nil for NaN and infinity.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// The value, if it is a whole number in range; `1.0` and `1e2` are whole.
    public var int64: Int64? {
        Int64(text) ?? ExactDecimal(number: text).int64
    }

    /// The value, if it is a whole number in range.
    public var uint64: UInt64? {
        if let value = UInt64(text) { return value }
        guard let (isNegative, magnitude) = ExactDecimal(number: text).integer, !isNegative else { return nil }
        return magnitude
    }

    /// The nearest `Double`; nil beyond the greatest one.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// The text.
    public var description: String { text }
}

extension JSONNumber: JSONCodable {
    /// Writes the text of the number.
    public func write(to json: inout JSONWriter) { json.write(numberText: text) }

    /// Reads a number and keeps its text.
    public init(json: inout JSONReader) throws(FlxError) { self = try json.readNumber() }
}

extension JSONNumber: ExpressibleByIntegerLiteral {
    /// An integer literal.
    public init(integerLiteral value: Int64) { self.init(value) }
}

extension JSONNumber: ExpressibleByFloatLiteral {
    /// A decimal literal, finite as every literal is.
    public init(floatLiteral value: Double) { self.init(checked: value.description) }
}
