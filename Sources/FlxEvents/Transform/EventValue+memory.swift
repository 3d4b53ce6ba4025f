import FlxCore
import OrderedCollections

extension EventValue {
    /// Takes the memory of all values that it holds from what is left, of each so much as one takes at least.
    /// - Returns: Whether as much was left; else the work ended there.
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
