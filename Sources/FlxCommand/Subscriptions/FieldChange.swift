import FlxCore

/// A change of a field in an event's data by a correction.
struct FieldChange: Equatable, CustomStringConvertible {
    /// The JSON pointer to it; empty for the data as a whole.
    let field: String
    /// The old value; nil for a new field.
    let old: EventValue?
    /// The new value; nil for a lost field.
    let new: EventValue?

    /// The different fields of two values, in the order of the old one, by name in objects and by number in arrays.
    static func all(from old: EventValue, to new: EventValue, at field: String = "") -> [FieldChange] {
        if let before = old.object, let after = new.object {
            let kept = before.flatMap { key, value in pair(value, new[key], at: field + "/" + JSONPointer.escaped(key.description)) }
            let added = after.flatMap { key, value in
                old[key] == nil ? pair(nil, value, at: field + "/" + JSONPointer.escaped(key.description)) : []
            }
            return kept + added
        }
        if let before = old.array, let after = new.array {
            return (0..<max(before.count, after.count)).flatMap { index in pair(old[index], new[index], at: "\(field)/\(index)") }
        }
        return old == new ? [] : [FieldChange(field: field, old: old, new: new)]
    }

    private static func pair(_ old: EventValue?, _ new: EventValue?, at field: String) -> [FieldChange] {
        guard let old, let new else { return [FieldChange(field: field, old: old, new: new)] }
        return all(from: old, to: new, at: field)
    }

    /// True if a field is removed, alone or with a replacement of the object around it.
    var isLoss: Bool { new == nil || old?.array?.isEmpty == false || old?.object?.contains { _ in true } == true }

    var name: String { field.isEmpty ? "the data" : field }

    var description: String {
        "\(name): \(old.map(Self.text) ?? "not there") → \(new.map(Self.text) ?? "lost")"
    }

    var json: EventValue {
        var object: EventValue = ["field": .string(field)]
        if let old { object["from"] = old }
        if let new { object["to"] = new }
        return object
    }

    private static func text(_ value: EventValue) -> String {
        let text = value.description
        return text.utf8.count <= 60 ? text : String(text.unicodeScalars.prefix(56)) + " …"
    }
}
