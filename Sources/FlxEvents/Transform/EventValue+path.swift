import FlxCore
import OrderedCollections

extension EventValue {
    /// The value at a path of names and numbers; nil if there is none.
    subscript(path path: ArraySlice<String>) -> EventValue? {
        var value = self
        for step in path {
            switch value {
            case .object(let fields):
                guard let next = fields[step] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Self.index(step), index < elements.count else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// Puts a value at the end of a path, or removes the present one. Missing objects on the way are created.
    mutating func put(_ value: EventValue?, at path: ArraySlice<String>) throws(FlxError) {
        guard let step = path.first else {
            self = value ?? .null
            return
        }
        let rest = path.dropFirst()
        switch self {
        case .object(var fields):
            self = .null
            defer { self = .object(fields) }
            if rest.isEmpty { fields[step] = value } else { try fields[step, default: [:]].put(value, at: rest) }
        case .array(var elements):
            self = .null
            defer { self = .array(elements) }
            let index = step == "-" ? elements.count : Self.index(step)
            guard let index, index <= elements.count, index < elements.count || rest.isEmpty && value != nil else {
                throw FlxError(.invalidValue, "'\(step.prefix(40))' is no place in a list of \(elements.count)")
            }
            if !rest.isEmpty {
                try elements[index].put(value, at: rest)
            } else if let value {
                if index == elements.count { elements.append(value) } else { elements[index] = value }
            } else {
                elements.remove(at: index)
            }
        default: throw FlxError(.typeMismatch, "'\(step.prefix(40))' is to be a field of a value that is no object and no list")
        }
    }

    /// Renames the field at the end of a path, in the same place. Returns false if there is no such field of an object.
    mutating func renameField(at path: ArraySlice<String>, to name: String) -> Bool {
        guard let step = path.first, case .object(var fields) = self else { return false }
        guard path.count == 1 else {
            let done = fields[step]?.renameField(at: path.dropFirst(), to: name) ?? false
            self = .object(fields)
            return done
        }
        guard let index = fields.index(forKey: ExactText(step)) else { return false }
        let value = fields.remove(at: index).value
        fields.updateValue(value, forKey: ExactText(name), insertingAt: index)
        self = .object(fields)
        return true
    }

    /// A number of an element: without sign and leading zeros.
    private static func index(_ step: String) -> Int? {
        guard let index = Int(step), index >= 0, String(index) == step else { return nil }
        return index
    }
}
