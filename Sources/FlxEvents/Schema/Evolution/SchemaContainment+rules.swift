import FlxCore
import OrderedCollections

extension SchemaContainment {
    mutating func compareTypes(_ write: EventValue, _ read: EventValue, _ place: String) {
        guard let taken = read.typeNames else { return }
        let written = write.typeNames ?? write.choices.map { Set($0.map(\.typeName)) }
        guard let written else { return note(place, "may be of any type, and readers take \(taken.listed)") }
        let refused = written.filter { !taken.contains($0) && !($0 == "integer" && taken.contains("number")) }
        if !refused.isEmpty { note(place, "may be \(refused.listed), and readers take \(taken.listed)") }
    }

    mutating func compareValues(_ write: EventValue, _ read: EventValue, _ place: String) {
        if let taken = read.choices {
            guard let written = write.choices else { return note(place, "may be anything, and readers take certain values") }
            let known = Set(taken.map { $0.canonical() })
            let refused = written.filter { !known.contains($0.canonical()) }
            if !refused.isEmpty { note(place, "may be \(refused.map(\.shown).joined(separator: ", ")), which readers do not take") }
        }
        for keyword in ["pattern", "format", "contentEncoding"] {
            guard let asked = read[keyword], asked != write[keyword], write.mayBe("string") else { continue }
            note(place, "need not have the \(keyword) \(asked.shown), and readers ask for it")
        }
        if read["uniqueItems"] == true, write["uniqueItems"] != true, write.mayBe("array") {
            note(place, "may have elements twice, and readers refuse that")
        }
    }

    mutating func compareNumbers(_ write: EventValue, _ read: EventValue, _ place: String) {
        if write.mayBe("number") || write.mayBe("integer") {
            compareLowest(write, read, place)
            compareHighest(write, read, place)
            if let asked = read.number("multipleOf"), !(write.number("multipleOf")?.isMultiple(of: asked) ?? false) {
                note(place, "need not be a multiple of \(asked.text), and readers ask for it")
            }
        }
        for (suffix, type) in [("Length", "string"), ("Items", "array"), ("Properties", "object")] where write.mayBe(type) {
            if let asked = read.number("min" + suffix), !(write.number("min" + suffix).map { asked <= $0 } ?? (asked.text == "0")) {
                note(place, "may be shorter than the min\(suffix) \(asked.text) of readers")
            }
            if let asked = read.number("max" + suffix), !(write.number("max" + suffix).map { $0 <= asked } ?? false) {
                note(place, "may be longer than the max\(suffix) \(asked.text) of readers")
            }
        }
    }

    private mutating func compareLowest(_ write: EventValue, _ read: EventValue, _ place: String) {
        let (inclusive, exclusive) = (write.number("minimum"), write.number("exclusiveMinimum"))
        if let asked = read.number("minimum") {
            let holds = inclusive.map { asked <= $0 } ?? false || exclusive.map { asked <= $0 } ?? false
            if !holds { note(place, "may be less than \(asked.text), the minimum of readers") }
        }
        if let asked = read.number("exclusiveMinimum") {
            let holds = inclusive.map { asked < $0 } ?? false || exclusive.map { asked <= $0 } ?? false
            if !holds { note(place, "need not be greater than \(asked.text), and readers ask for it") }
        }
    }

    private mutating func compareHighest(_ write: EventValue, _ read: EventValue, _ place: String) {
        let (inclusive, exclusive) = (write.number("maximum"), write.number("exclusiveMaximum"))
        if let asked = read.number("maximum") {
            let holds = inclusive.map { $0 <= asked } ?? false || exclusive.map { $0 <= asked } ?? false
            if !holds { note(place, "may be greater than \(asked.text), the maximum of readers") }
        }
        if let asked = read.number("exclusiveMaximum") {
            let holds = inclusive.map { $0 < asked } ?? false || exclusive.map { $0 <= asked } ?? false
            if !holds { note(place, "need not be less than \(asked.text), and readers ask for it") }
        }
    }

    mutating func compareMembers(_ write: EventValue, _ read: EventValue, _ place: String) {
        guard write.mayBe("object") else { return }
        let written = Set((write["required"]?.array ?? []).compactMap { $0.string.map { ExactText($0) } })
        for name in (read["required"]?.array ?? []).compactMap(\.string) where !written.contains(ExactText(name)) {
            note("\(place)/required", "'\(name)' may be missing, and readers need it")
        }
        let (fields, known) = (write["properties"]?.object ?? [:], read["properties"]?.object ?? [:])
        for (name, asked) in known {
            guard let schema = fields[name] ?? write["additionalProperties"] else { continue }
            compare(schema, asked, "\(place)/properties/\(JSONPointer.escaped(name.description))")
        }
        guard let rest = read["additionalProperties"], rest != true else { return }
        for (name, schema) in fields where known[name] == nil {
            if rest == false {
                note("\(place)/additionalProperties", "'\(name)' may be written, and readers refuse unknown fields")
            } else {
                compare(schema, rest, "\(place)/additionalProperties")
            }
        }
        if let others = write["additionalProperties"] { compare(others, rest, "\(place)/additionalProperties") }
    }

    mutating func compareElements(_ write: EventValue, _ read: EventValue, _ place: String) {
        guard write.mayBe("array") else { return }
        let (written, asked) = (write["prefixItems"]?.array ?? [], read["prefixItems"]?.array ?? [])
        for (index, schema) in asked.enumerated() {
            compare(index < written.count ? written[index] : write["items"] ?? true, schema, "\(place)/prefixItems/\(index)")
        }
        guard let rest = read["items"] else { return }
        for schema in written.dropFirst(asked.count) { compare(schema, rest, "\(place)/items") }
        compare(write["items"] ?? true, rest, "\(place)/items")
    }
}

extension EventValue {
    /// The names under `type`; nil where nothing is said.
    fileprivate var typeNames: Set<String>? {
        self["type"].map { Set(($0.array ?? [$0]).compactMap(\.string)) }
    }

    /// The values under `enum` or `const`.
    fileprivate var choices: [EventValue]? { self["enum"]?.array ?? self["const"].map { [$0] } }

    /// The type of a value, by the narrowest name.
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number(let number): SchemaNumber(number).isInteger ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    fileprivate func number(_ key: String) -> SchemaNumber? { self[key]?.number.map { SchemaNumber($0) } }

    /// Whether the schema takes values of a type.
    fileprivate func mayBe(_ type: String) -> Bool { typeNames?.contains(type) ?? true }
}

extension Set<String> {
    fileprivate var listed: String { sorted().joined(separator: " or ") }
}
