import FlxCore
import OrderedCollections

extension EventValue {
    /// Subtracts the memory of all values in it from the rest, for each at least the minimum of a value.
    /// - Returns: True if the rest was enough; otherwise the work ended at that point.
    func take(from room: inout Int) -> Bool {
        room -= Transform.valueBytes
        guard room >= 0 else { return false }
        return switch self {
        case .array(let elements): elements.allSatisfy { $0.take(from: &room) }
        case .object(let fields): fields.values.allSatisfy { $0.take(from: &room) }
        default: true
        }
    }
}
