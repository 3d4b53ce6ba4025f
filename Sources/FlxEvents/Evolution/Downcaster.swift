public import FlxCore
import OrderedCollections

/// A step from an event of one version to one for consumers of an older version.
public struct Downcaster: Sendable {
    /// The version it reads.
    public let source: EventVersion
    /// The version it makes.
    public let target: EventVersion
    private let removed: [String]
    private let change: @Sendable (inout EventValue) throws -> Void

    /// Changes the JSON of a version into that of the one before it, or of a given older one.
    /// - Parameters:
    ///   - removed: JSON pointers to the fields without a place in the older version. A step that removes or moves any other field with a
    ///     value fails: an older consumer never gets less than declared. Everything below a field is removed with it.
    ///   - change: Makes the older form.
    public static func json(
        _ type: EventType, from version: Int, to older: Int? = nil, removing removed: [String] = [],
        _ change: @escaping @Sendable (inout EventValue) throws -> Void
    ) -> Downcaster {
        let target = EventVersion(type, older ?? max(version, 1) - 1)
        return Downcaster(source: EventVersion(type, version), target: target, removed: removed, change: change)
    }

    /// Renames a type to the name known to consumers; the data is unchanged.
    public static func renamed(_ type: EventType, version: Int = 1, to name: EventType, version older: Int = 1) -> Downcaster {
        Downcaster(source: EventVersion(type, version), target: EventVersion(name, older), removed: []) { _ in }
    }

    func result(of event: Event) throws(FlxError) -> Event {
        do {
            return try event.becoming(target) { value in
                let before = value
                try change(&value)
                guard let lost = before.firstField(missingIn: value, besides: removed) else { return }
                throw FlxError(.invalidValue, "it would lose '\(lost)', and does not declare that")
            }
        } catch {
            let code = (error as? FlxError)?.code == .invalidValue ? FlxError.Code.invalidValue : .typeMismatch
            throw FlxError(code, "event \(event.id): the downcaster from \(source) failed: \(error)", cause: error)
        }
    }
}

extension EventValue {
    /// The JSON pointer of its first value without a counterpart in another value; null is no value.
    /// - Parameter named: Pointers to skip, with everything below them.
    func firstField(missingIn other: EventValue?, at place: String = "", besides named: [String]) -> String? {
        guard !named.contains(where: { ExactText.same($0, place) }) else { return nil }
        let other = other == .null ? nil : other
        switch self {
        case .null: return nil
        case .object(let fields):
            for (name, value) in fields {
                let place = place + "/" + JSONPointer.escaped(name.description)
                if let lost = value.firstField(missingIn: other?.object?[name], at: place, besides: named) { return lost }
            }
            return nil
        case .array(let elements):
            let others = other?.array ?? []
            for (index, value) in elements.enumerated() {
                let counterpart = index < others.count ? others[index] : nil
                if let lost = value.firstField(missingIn: counterpart, at: "\(place)/\(index)", besides: named) { return lost }
            }
            return nil
        default: return other == nil ? place : nil
        }
    }
}
