/// A JSON number by its value, for comparisons: quick for whole numbers of 64 bits as they are usually written, exact for all.
package struct NumberValue: Hashable, Sendable {
    private enum Form: Hashable, Sendable {
        /// Every whole number of 64 bits: equal values have equal forms.
        case int(Int64)
        case decimal(ExactDecimal)
    }

    private let form: Form

    /// The value of a number.
    package init(_ number: JSONNumber) {
        if let int = Int64(number.text) {
            form = .int(int)
        } else {
            let decimal = ExactDecimal(number)
            form = decimal.int64.map(Form.int) ?? .decimal(decimal)
        }
    }

    /// The value as digits and a power of ten.
    package var decimal: ExactDecimal {
        switch form {
        case .int(let int): ExactDecimal(number: String(int))
        case .decimal(let decimal): decimal
        }
    }

    /// True for a whole number.
    package var isWhole: Bool { if case .decimal(let decimal) = form { decimal.isWhole } else { true } }

    /// The same text for the same value.
    package var canonical: String {
        guard case .int(let int) = form else { return decimal.description }
        var (rest, zeros) = (int, 0)
        while rest != 0, rest % 10 == 0 { (rest, zeros) = (rest / 10, zeros + 1) }
        return "\(rest)e\(zeros)"
    }

    /// Below, at or above 0 as it is less than, equal to or greater than the other one.
    package func compared(to other: NumberValue) -> Int {
        guard case .int(let left) = form, case .int(let right) = other.form else { return decimal.compared(to: other.decimal) }
        return left < right ? -1 : left == right ? 0 : 1
    }

    /// A measure of the work of ``isMultiple(of:)``, in steps of a schema; 0 for all but very long numbers.
    package func cost(dividedBy other: NumberValue) -> Int {
        if case .int = form, case .int = other.form { 0 } else { decimal.cost(dividedBy: other.decimal) / 64 }
    }

    /// Returns true if it is the other one times a whole number; nothing but 0 is a multiple of 0.
    package func isMultiple(of other: NumberValue) -> Bool {
        guard case .int(let left) = form, case .int(let right) = other.form else { return decimal.isMultiple(of: other.decimal) }
        return right == 0 ? left == 0 : left.magnitude % right.magnitude == 0
    }
}
