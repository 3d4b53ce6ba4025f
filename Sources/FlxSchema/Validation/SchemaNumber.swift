import FlxCore

/// A number of a schema or of a value: compared by its value, shown as it is written.
struct SchemaNumber: Hashable, Sendable {
    /// As it is written.
    let text: String
    /// The parts relevant in comparisons.
    let value: NumberValue

    init(_ number: JSONNumber) {
        text = number.text
        value = NumberValue(number)
    }

    /// True if it is whole.
    var isInteger: Bool { value.isWhole }

    /// The same text for the same value.
    var canonical: String { value.canonical }

    static func < (left: Self, right: Self) -> Bool { left.value.compared(to: right.value) < 0 }

    static func <= (left: Self, right: Self) -> Bool { left.value.compared(to: right.value) <= 0 }

    /// Returns true if it is the other one times a whole number.
    func isMultiple(of other: Self) -> Bool { value.isMultiple(of: other.value) }
}
