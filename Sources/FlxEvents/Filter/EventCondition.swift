public import FlxCore

/// A condition on events, such as `data.total > 100 and type = 'order.placed'`.
///
/// It has comparisons (`=`, `!=`, `<`, `<=`, `>`, `>=`) of paths, numbers and `'texts'`, `exists(path)`, `and`, `or`, `not` and brackets.
/// Paths begin with `data` or with the name of an attribute. A comparison with a missing value, or with one of another kind, is false, and
/// so is `!=` of a missing value; `exists` is true for a present value.
public struct EventCondition: Sendable, CustomStringConvertible {
    indirect enum Node: Equatable, Sendable {
        case either(Node, Node)
        case both(Node, Node)
        case not(Node)
        case exists(Path)
        case compare(Operand, Comparison, Operand)
        /// A path alone: true if its value is `true`.
        case holds(Path)
    }

    enum Operand: Equatable, Sendable {
        case path(Path)
        case value(EventValue)
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    /// The way to a value in an event.
    struct Path: Equatable, Sendable {
        enum Step: Equatable, Sendable {
            case key(String)
            case index(Int)
        }

        /// `data`, or the name of an attribute.
        let root: String
        /// Steps into the data.
        let steps: [Step]
    }

    private let node: Node
    private let readsData: Bool

    /// The condition as it was written.
    public let description: String

    /// Reads a condition of at most 4,096 characters.
    /// - Throws: ``FlxError/Code/invalidValue`` with the column of the fault.
    public init(_ text: String) throws(FlxError) {
        do {
            try self.init(parsing: text)
        } catch {
            throw FlxError(.invalidValue, "condition: \(error.reason), at column \(error.column)")
        }
    }

    /// Reads a condition as ``init(_:)`` does.
    /// - Throws: ``ConditionFault`` at the column of the fault.
    package init(parsing text: String) throws(ConditionFault) {
        var parser = try ConditionParser(text)
        node = try parser.parse()
        readsData = parser.readsData
        description = text
    }

    /// Returns true if the event fits.
    public func matches(_ recorded: RecordedEvent) -> Bool {
        // Data of no known content type has no fields to look into.
        let data = readsData ? recorded.event.payload.fields : nil
        return holds(node, ConditionSubject(recorded, data: data))
    }

    private func holds(_ node: Node, _ subject: ConditionSubject) -> Bool {
        switch node {
        case .either(let left, let right): holds(left, subject) || holds(right, subject)
        case .both(let left, let right): holds(left, subject) && holds(right, subject)
        case .not(let inner): !holds(inner, subject)
        case .exists(let path): subject[path] != nil
        case .holds(let path): subject[path] == .bool(true)
        case .compare(let left, let comparison, let right):
            if let left = subject[left], let right = subject[right] { comparison.holds(left, right) } else { false }
        }
    }
}

extension EventCondition.Comparison {
    func holds(_ left: EventValue, _ right: EventValue) -> Bool {
        if self == .equal || self == .notEqual {
            // Inside of arrays and objects, numbers are equal by their values too, and fields in any order.
            let isEqual = Self.order(left, right).map { $0 == 0 } ?? (left.canonical() == right.canonical())
            return isEqual == (self == .equal)
        }
        guard let order = Self.order(left, right) else { return false }
        return switch self {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        case .equal, .notEqual: false
        }
    }

    /// Below 0, 0 or above 0 if the left value is less than, equal to or greater than the right one; nil if they have no order.
    private static func order(_ left: EventValue, _ right: EventValue) -> Int? {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            if let left = Timestamp(loosely: left), let right = Timestamp(loosely: right) { return sign(left, right) }
            return sign(ExactText(left), ExactText(right))
        case (.number(let left), .number(let right)):
            return NumberValue(left).compared(to: NumberValue(right))
        default: return nil
        }
    }

    private static func sign<T: Comparable>(_ left: T, _ right: T) -> Int {
        left < right ? -1 : left == right ? 0 : 1
    }
}

extension Timestamp {
    /// Reads a time, or a date as its midnight in UTC.
    package init?(loosely text: String) {
        let bytes = text.utf8
        // Most texts are no times: two hyphens at their places are a cheap sign.
        guard bytes.count >= 10, bytes[bytes.index(bytes.startIndex, offsetBy: 4)] == UInt8(ascii: "-"),
            let time = try? Timestamp(dayOrTime: text)
        else { return nil }
        self = time
    }
}
